package io.github.conv4j.tensor;

/**
 * Strides without gaps: in the order of the dimensions, as arrays go in and out, or channels last.
 */
final class DenseStrides {
  private DenseStrides() {}

  static long[] rowMajor(Shape shape) {
    return of(shape, false);
  }

  static long[] of(Shape shape, boolean channelsLast) {
    long[] strides = new long[shape.rank()];
    boolean hasChannels = channelsLast && shape.rank() > 1;
    long stride = 1;
    if (hasChannels) {
      strides[1] = 1;
      stride = shape.dim(1);
    }
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      if (axis != 1 || !hasChannels) {
        strides[axis] = stride;
        stride *= shape.dim(axis);
      }
    }
    return strides;
  }
}

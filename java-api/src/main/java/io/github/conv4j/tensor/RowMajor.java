package io.github.conv4j.tensor;

/** Strides of the dense row-major order, the order of arrays in and out. */
final class RowMajor {
  private RowMajor() {}

  static long[] strides(Shape shape) {
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape.dim(i);
    }
    return strides;
  }
}

package io.github.conv4j.tensor;

/** Visits the elements of a tensor in row-major order of its logical shape, one row at a time. */
final class ElementWalk {
  private ElementWalk() {}

  /** One row of a tensor, as far as it has one stride. */
  interface Row {
    void accept(int rowMajorIndex, long elementOffset, long elementStride, int count);
  }

  /** The same row of two tensors, as far as both have one stride there. */
  interface RowPair {
    void accept(long fromOffset, long fromStride, long toOffset, long toStride, int count);
  }

  /** Visits a tensor that has at most as many elements as an array. */
  static void overRows(TensorSpec spec, Row visitor) {
    int[] rowMajorIndex = new int[1];
    overRowPairs(
        spec,
        spec,
        (offset, stride, _, _, count) -> {
          visitor.accept(rowMajorIndex[0], offset, stride, count);
          rowMajorIndex[0] += count;
        });
  }

  static void overRowPairs(TensorSpec from, TensorSpec to, RowPair visitor) {
    Shape shape = from.shape();
    int last = shape.rank() - 1;
    boolean fromBlocked = from.layout() instanceof Layout.Blocked;
    boolean toBlocked = to.layout() instanceof Layout.Blocked;
    long run = fromBlocked || toBlocked ? 1 : Math.min(shape.dim(last), 1 << 20);
    long fromStride = fromBlocked ? 1 : from.strides()[last];
    long toStride = toBlocked ? 1 : to.strides()[last];
    long[] index = new long[shape.rank()];
    do {
      for (index[last] = 0; index[last] < shape.dim(last); index[last] += run) {
        int count = (int) Math.min(run, shape.dim(last) - index[last]);
        visitor.accept(
            from.uncheckedOffset(index), fromStride, to.uncheckedOffset(index), toStride, count);
      }
      index[last] = 0;
    } while (advance(index, shape, last - 1));
  }

  /** Steps the index like an odometer whose fastest wheel is {@code axis}; false after the end. */
  private static boolean advance(long[] index, Shape shape, int axis) {
    for (int i = axis; i >= 0; i--) {
      if (++index[i] < shape.dim(i)) {
        return true;
      }
      index[i] = 0;
    }
    return false;
  }
}

package io.github.conv4j.tensor;

/** Visits the elements of two tensors of one shape, in any layouts, one at a time. */
final class ElementOffsets {
  private ElementOffsets() {}

  /** One element in both tensors. */
  interface Visitor {
    void accept(long firstOffset, long secondOffset);
  }

  static void forEach(TensorSpec first, TensorSpec second, Visitor visitor) {
    Shape shape = first.shape();
    long[] index = new long[shape.rank()];
    do {
      visitor.accept(first.uncheckedOffset(index), second.uncheckedOffset(index));
    } while (advance(index, shape));
  }

  /** Steps the index like an odometer whose fastest wheel is the last; false after the end. */
  private static boolean advance(long[] index, Shape shape) {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape.dim(axis)) {
        return true;
      }
      index[axis] = 0;
    }
    return false;
  }
}

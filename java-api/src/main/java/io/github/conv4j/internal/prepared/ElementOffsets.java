package io.github.conv4j.internal.prepared;

import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;

/** Where the elements of a tensor lie, worked out once so that execution allocates nothing. */
public final class ElementOffsets {
  private ElementOffsets() {}

  /** Returns the offset of each element, in elements, in row-major order of the logical shape. */
  public static long[] of(TensorSpec spec) {
    Shape shape = spec.shape();
    long[] offsets = new long[Math.toIntExact(shape.elementCount())];
    long[] index = new long[shape.rank()];
    for (int i = 0; i < offsets.length; i++) {
      long rest = i;
      for (int axis = index.length - 1; axis >= 0; axis--) {
        index[axis] = rest % shape.dim(axis);
        rest /= shape.dim(axis);
      }
      offsets[i] = spec.elementOffset(index);
    }
    return offsets;
  }
}

package io.github.conv4j.networks.internal.definition;

import java.util.Arrays;

/** Where the elements of row-major tensors, and of views of them, lie. */
final class Layout {
  private Layout() {}

  /** Returns how far the next element of each axis is. */
  static long[] strides(long[] dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(dims[axis], 1);
    }
    return strides;
  }

  /** Returns the offsets of a view's elements in the row-major order of the view. */
  static int[] offsets(long[] dims, long[] strides, long start) {
    int count = count(dims);
    int[] offsets = new int[count];
    if (count == 0) {
      return offsets;
    }
    long[] index = new long[dims.length];
    long offset = start;
    for (int i = 0; i < count; i++) {
      offsets[i] = (int) offset;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        offset += strides[axis];
        if (++index[axis] < dims[axis]) {
          break;
        }
        offset -= strides[axis] * dims[axis];
        index[axis] = 0;
      }
    }
    return offsets;
  }

  /**
   * Returns the offsets of a view whose every axis has a list of its own, in the row-major order of
   * the view; -1 where one of them is negative.
   */
  static int[] offsets(long[][] alongAxes) {
    int[] offsets = {0};
    for (long[] along : alongAxes) {
      int[] next = new int[offsets.length * along.length];
      for (int i = 0; i < next.length; i++) {
        int outer = offsets[i / along.length];
        long inner = along[i % along.length];
        next[i] = outer < 0 || inner < 0 ? -1 : (int) (outer + inner);
      }
      offsets = next;
    }
    return offsets;
  }

  /** Returns how many elements dimensions within the limits have. */
  static int count(long... dims) {
    return count(dims, 0, dims.length);
  }

  /** Returns the product of the dimensions from one axis to before another. */
  static int count(long[] dims, int from, int to) {
    long count = 1;
    for (int axis = from; axis < to; axis++) {
      count *= dims[axis];
    }
    return (int) count;
  }

  /** Returns the values of a tensor whose axes come in another order. */
  static Values transposed(Values values, int... order) {
    long[] dims = values.type().dims();
    long[] strides = strides(dims);
    long[] newDims = pick(dims, order);
    return values.picked(
        new TensorType(values.type().element(), newDims),
        offsets(newDims, pick(strides, order), 0));
  }

  static long[] pick(long[] from, int[] indices) {
    return Arrays.stream(indices).mapToLong(i -> from[i]).toArray();
  }

  static long[] concat(long[] first, long... second) {
    long[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}

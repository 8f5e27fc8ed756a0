package io.github.conv4j.onednn;

import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and strides of src or dst as oneDNN is told them: batch, channels, then the spatial axes.
 *
 * @param dims the sizes
 * @param strides the distance between neighbours along each dimension, in elements
 */
record Operand(List<Long> dims, List<Long> strides) {
  private static final int CHANNELS = 1;

  Operand {
    dims = List.copyOf(dims);
    strides = List.copyOf(strides);
  }

  /** Dense tensors of these sizes whose channels come last. */
  static Operand channelsLast(List<Long> dims) {
    Long[] strides = new Long[dims.size()];
    strides[CHANNELS] = 1L;
    long stride = dims.get(CHANNELS);
    for (int i = strides.length - 1; i > CHANNELS; i--) {
      strides[i] = stride;
      stride *= dims.get(i);
    }
    strides[0] = stride;
    return new Operand(dims, List.of(strides));
  }

  /** Dense tensors of these sizes whose channels come first. */
  static Operand channelsFirst(List<Long> dims) {
    Long[] strides = new Long[dims.size()];
    long stride = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims.get(i);
    }
    return new Operand(dims, List.of(strides));
  }

  /** The description of a spec whose layout is plain or strided. */
  static Operand of(TensorSpec spec) {
    List<Long> dims = new ArrayList<>();
    List<Long> strides = new ArrayList<>();
    long[] all = spec.strides();
    for (int i = 0; i < all.length; i++) {
      dims.add(spec.shape().dim(i));
      strides.add(all[i]);
    }
    return new Operand(dims, strides);
  }

  /** The same bytes, said in the one way in which dense tensors of these bytes are described. */
  Operand canonical() {
    Operand last = channelsLast(dims);
    if (hasBytesOf(last)) {
      return last;
    }
    Operand first = channelsFirst(dims);
    if (hasBytesOf(first)) {
      return first;
    }
    List<Long> plain = new ArrayList<>();
    for (int i = 0; i < dims.size(); i++) {
      plain.add(dims.get(i) == 1 ? 1L : strides.get(i));
    }
    return new Operand(dims, plain);
  }

  /** Whether each element has the same address: a stride says nothing along a size of 1. */
  boolean hasBytesOf(Operand other) {
    for (int i = 0; i < dims.size(); i++) {
      long size = dims.get(i);
      if (size != other.dims.get(i)
          || (size > 1 && strides.get(i).longValue() != other.strides.get(i).longValue())) {
        return false;
      }
    }
    return true;
  }

  Operand withDim(int dim, long size) {
    List<Long> changed = new ArrayList<>(dims);
    changed.set(dim, size);
    return new Operand(changed, strides);
  }

  long dim(int dim) {
    return dims.get(dim);
  }

  long stride(int dim) {
    return strides.get(dim);
  }

  long elementCount() {
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }

  /** The elements from the first to the last, both included. */
  long span() {
    long span = 1;
    for (int i = 0; i < dims.size(); i++) {
      span += (dims.get(i) - 1) * strides.get(i);
    }
    return span;
  }

  /** How long one span is of an operand whose batch is one image. */
  long imageSpan() {
    return span() - (dims.getFirst() - 1) * strides.getFirst();
  }

  long[] dimsArray() {
    return array(dims);
  }

  long[] stridesArray() {
    return array(strides);
  }

  static long[] array(List<Long> numbers) {
    long[] array = new long[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }

  // Written out: linking what the compiler makes for a record takes milliseconds of a first
  // prepare.

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Operand that
            && dims.equals(that.dims)
            && strides.equals(that.strides));
  }

  @Override
  public int hashCode() {
    return dims.hashCode() * 31 + strides.hashCode();
  }
}

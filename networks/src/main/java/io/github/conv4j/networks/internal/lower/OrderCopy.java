package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.internal.copies.StridedCopy;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Copies a tensor into another order of its axes. */
final class OrderCopy implements Primitive {
  private final StridedCopy copy;

  OrderCopy(long[] dims, long[] from, long[] to, int elementByteSize) {
    if (elementByteSize <= Float.BYTES) {
      copy = StridedCopy.of(dims, from, to, elementByteSize);
    } else {
      // Two halves an element.
      int halves = elementByteSize / Float.BYTES;
      copy =
          StridedCopy.of(
              with(dims, 1, halves), with(from, halves, 1), with(to, halves, 1), Float.BYTES);
    }
  }

  private static long[] with(long[] values, long factor, long last) {
    long[] all = Arrays.copyOf(values, values.length + 1);
    for (int i = 0; i < values.length; i++) {
      all[i] *= factor;
    }
    all[values.length] = last;
    return all;
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    float[] squares = copy.needsSquares() ? StridedCopy.newSquares() : new float[0];
    return (src, dst, _) -> copy.run(src, dst, squares);
  }
}

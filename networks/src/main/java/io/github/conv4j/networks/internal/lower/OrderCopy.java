package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.internal.copies.StridedCopy;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Copies a tensor, or a part of one, into another order of its axes, or a part of another. */
final class OrderCopy implements Primitive {
  private final StridedCopy copy;
  private final long fromOffset;
  private final long toOffset;

  OrderCopy(long[] dims, long[] from, long[] to, int elementByteSize) {
    this(dims, from, 0, to, 0, elementByteSize);
  }

  /**
   * Plans a copy.
   *
   * @param dims how many elements are copied along each axis
   * @param from steps in the source, in elements; 0 repeats it
   * @param fromOffset where the first element is
   * @param to steps in the destination
   * @param toOffset where the first element goes
   */
  OrderCopy(
      long[] dims, long[] from, long fromOffset, long[] to, long toOffset, int elementByteSize) {
    // An element of 64 bits is two halves.
    int halves = Math.max(1, elementByteSize / Float.BYTES);
    this.fromOffset = fromOffset * halves;
    this.toOffset = toOffset * halves;
    this.copy =
        halves == 1
            ? StridedCopy.of(dims, from, to, elementByteSize)
            : StridedCopy.of(
                with(dims, 1, halves), with(from, halves, 1), with(to, halves, 1), Float.BYTES);
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
    return (src, dst, _) -> copy.run(src, fromOffset, dst, toOffset, squares);
  }
}

package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Copies the elements of the middle axis of {@code [outer, axis, inner]} that operand 0 names:
 * {@code dst[o, i] = src[o, indices[i]]}. A negative index counts from the end.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} in a run whose indices are outside of the
 * axis; nothing outside of src is read.
 */
public final class Lookup extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.5;

  private final PixelLoops loops;
  private final int axis;
  private final int inner;
  private final int indexCount;
  private final boolean isLong;

  /**
   * Plans the copies.
   *
   * @param inner in units of 4 bytes
   * @param indexCount how many indices there are
   * @param isLong whether indices have 64 bits rather than 32
   */
  public Lookup(long outer, int axis, int inner, int indexCount, boolean isLong, int threads) {
    super(
        Sizes.positive(outer, "outer"),
        ELEMENT_NANOS * Sizes.product("dst", outer, indexCount, inner) / outer,
        threads);
    Sizes.product("outer, axis, inner", outer, axis, inner);
    this.loops = Loops.current().pixels();
    this.axis = axis;
    this.inner = inner;
    this.indexCount = indexCount;
    this.isLong = isLong;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    int[] index = new int[indexCount];
    return (begin, end, src, dst, operands) -> {
      read(operands[0], index);
      for (long outer = begin; outer < end; outer++) {
        loops.gather(
            src, outer * axis * inner, index, inner, dst, outer * indexCount * inner, inner);
      }
    };
  }

  private void read(MemorySegment indices, int[] index) {
    for (int i = 0; i < indexCount; i++) {
      long told =
          isLong
              ? indices.getAtIndex(JAVA_LONG_UNALIGNED, i)
              : indices.getAtIndex(JAVA_INT_UNALIGNED, i);
      if (told < -axis || told >= axis) {
        throw new IllegalArgumentException(
            "index %d is outside of an axis of %d".formatted(told, axis));
      }
      index[i] = (int) (told < 0 ? told + axis : told);
    }
  }
}

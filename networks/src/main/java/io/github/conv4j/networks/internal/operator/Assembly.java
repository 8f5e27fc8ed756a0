package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * Puts arrays behind each other along an axis: src, then the operands. What is around the axis is
 * outer, what is in it inner.
 */
public final class Assembly extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.3;
  private static final long NARROW = 512;

  private final PixelLoops loops;

  /** How many elements each array has for one outer index. */
  private final int[] rowSizes;

  private final long rowSize;

  /** Whether rows are so short that each is finished before the next. */
  private final boolean isNarrow;

  /**
   * Plans a concatenation.
   *
   * @param outer the product of the dims before the axis
   * @param axisSizes the size of the axis in each array
   * @param inner the product of the dims behind the axis
   */
  public Assembly(long outer, long[] axisSizes, long inner, int threads) {
    super(outer, ELEMENT_NANOS * Sizes.product("row", sum(axisSizes), inner), threads);
    Sizes.product("dst", outer, sum(axisSizes), inner);
    this.loops = Loops.current().pixels();
    this.rowSizes = new int[axisSizes.length];
    this.rowSize = sum(axisSizes) * inner;
    for (int i = 0; i < rowSizes.length; i++) {
      long size = Sizes.product("row", axisSizes[i], inner);
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "rows have up to %d elements but array %d has %d"
                .formatted(Integer.MAX_VALUE, i, size));
      }
      rowSizes[i] = (int) size;
    }
    this.isNarrow = rowSize <= NARROW;
  }

  private static long sum(long[] sizes) {
    long sum = 0;
    for (long size : sizes) {
      sum = Math.addExact(sum, Sizes.positive(size, "axis"));
    }
    return Sizes.positive(sum, "arrays");
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, operands) -> {
      if (isNarrow) {
        loops.assemble(src, operands, rowSizes, begin, end, dst);
        return;
      }
      long to = begin * rowSize;
      for (int i = 0; i < rowSizes.length; i++) {
        MemorySegment array = i == 0 ? src : operands[i - 1];
        int count = rowSizes[i];
        loops.copyRows(array, begin * count, count, dst, to, rowSize, end - begin, count);
        to += count;
      }
    };
  }
}

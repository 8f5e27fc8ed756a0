package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * Makes shares of 1 of the numbers along the middle axis of {@code [outer, axis, inner]}, {@code
 * exp(x) / Σ exp}, or the logarithms of these shares.
 *
 * <p><b>Memory.</b> dst may be src.
 */
public final class Softmax extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 1.5;

  private final boolean isLogarithm;
  private final int axis;
  private final int inner;
  private final FoldLoop max;
  private final FoldLoop sum;
  private final UnaryLoop exp;
  private final UnaryLoop log;
  private final UnaryLoop normalize;
  private final BinaryLoop add;
  private final BinaryLoop sub;
  private final BinaryLoop div;

  /** Plans the shares, or with {@code isLogarithm} their logarithms. */
  public Softmax(boolean isLogarithm, long outer, int axis, int inner, int threads) {
    super(
        Sizes.positive(outer, "outer"),
        ELEMENT_NANOS * Sizes.product("outer, axis, inner", outer, axis, inner) / outer,
        threads);
    this.isLogarithm = isLogarithm;
    this.axis = axis;
    this.inner = inner;
    Loops loops = Loops.current();
    this.max = loops.fold(FoldFunction.MAXIMUM);
    this.sum = loops.fold(FoldFunction.SUM);
    this.exp = loops.unary(UnaryFunction.EXP);
    this.log = loops.unary(UnaryFunction.LOG);
    this.normalize = loops.unary(UnaryFunction.NORMALIZE);
    this.add = loops.binary(BinaryFunction.ADD);
    this.sub = loops.binary(BinaryFunction.SUB);
    this.div = loops.binary(BinaryFunction.DIV);
  }

  @Override
  public long scratchpadByteSize() {
    if (inner > 1) {
      return 3L * inner * Float.BYTES;
    }
    return isLogarithm ? (long) axis * Float.BYTES : 0;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long outer = begin; outer < end; outer++) {
        if (inner > 1) {
          columns(src, dst, outer * axis * inner, scratchpad);
        } else {
          row(src, dst, outer * axis, scratchpad);
        }
      }
    };
  }

  private void row(MemorySegment src, MemorySegment dst, long at, MemorySegment scratchpad) {
    float largest = (float) Reduction.fold(max, src, at, axis, FoldFunction.MAXIMUM);
    MemorySegment powers = isLogarithm ? scratchpad : dst;
    long powersAt = isLogarithm ? 0 : at;
    exp.run(src, at, powers, powersAt, axis, largest, 0);
    double total = Reduction.fold(sum, powers, powersAt, axis, FoldFunction.SUM);
    if (isLogarithm) {
      // The difference first: it is exact where x is near the largest, however large that is.
      normalize.run(src, at, dst, at, axis, largest, 1);
      normalize.run(dst, at, dst, at, axis, (float) Math.log(total), 1);
    } else {
      normalize.run(dst, at, dst, at, axis, 0, (float) (1 / total));
    }
  }

  /** The same for each of the inner elements, row by row. */
  private void columns(MemorySegment src, MemorySegment dst, long at, MemorySegment scratchpad) {
    long powers = inner;
    long sums = 2L * inner;
    max.window(src, at, 1, 0, 1, 0, axis, inner, scratchpad, 0, inner, 0, 1);
    for (int k = 0; k < axis; k++) {
      long row = at + (long) k * inner;
      sub.run(src, row, scratchpad, 0, dst, row, inner);
      long to = k == 0 ? sums : powers;
      exp.run(dst, row, scratchpad, to, inner, 0, 0);
      if (!isLogarithm) {
        MemorySegment.copy(
            scratchpad, to * Float.BYTES, dst, row * Float.BYTES, (long) inner * Float.BYTES);
      }
      if (k > 0) {
        add.run(scratchpad, sums, scratchpad, powers, scratchpad, sums, inner);
      }
    }
    if (isLogarithm) {
      log.run(scratchpad, sums, scratchpad, sums, inner, 0, 0);
    }
    BinaryLoop last = isLogarithm ? sub : div;
    for (int k = 0; k < axis; k++) {
      long row = at + (long) k * inner;
      last.run(dst, row, scratchpad, sums, dst, row, inner);
    }
  }
}

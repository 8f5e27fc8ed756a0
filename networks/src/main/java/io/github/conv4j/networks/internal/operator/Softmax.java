package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * {@code dst[o, a, i] = exp(src[o, a, i]) / sum over b of exp(src[o, b, i])}, or its logarithm. The
 * largest number is subtracted first, so that nothing overflows.
 */
public final class Softmax extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 1;

  private final int axis;
  private final int inner;
  private final boolean isLogarithm;
  private final FoldLoop largest;
  private final FoldLoop sum;
  private final UnaryLoop exp;
  private final UnaryLoop log;
  private final UnaryLoop linear;
  private final BinaryLoop maximum;
  private final BinaryLoop subtract;
  private final BinaryLoop add;
  private final BinaryLoop divide;

  /** Plans the softmax of {@code [outer, axis, inner]} along its middle axis. */
  public Softmax(long outer, int axis, int inner, boolean isLogarithm, int threads) {
    super(outer, ELEMENT_NANOS * axis * inner, threads);
    Sizes.product("outer, axis, inner", outer, axis, inner);
    this.axis = axis;
    this.inner = inner;
    this.isLogarithm = isLogarithm;
    Loops loops = Loops.current();
    this.largest = loops.fold(FoldFunction.MAXIMUM);
    this.sum = loops.fold(FoldFunction.SUM);
    this.exp = loops.unary(UnaryFunction.EXP);
    this.log = loops.unary(UnaryFunction.LOG);
    this.linear = loops.unary(UnaryFunction.LINEAR);
    this.maximum = loops.binary(BinaryFunction.MAXIMUM);
    this.subtract = loops.binary(BinaryFunction.SUB);
    this.add = loops.binary(BinaryFunction.ADD);
    this.divide = loops.binary(BinaryFunction.DIV);
  }

  /** Where rows lie side by side: what is largest in each column, a sum of each, a row of work. */
  @Override
  public long scratchpadByteSize() {
    return inner == 1 ? 0 : 3L * inner * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long unit = begin; unit < end; unit++) {
        long at = unit * axis * inner;
        if (inner == 1) {
          row(src, dst, at);
        } else {
          columns(src, dst, at, scratchpad);
        }
      }
    };
  }

  private void row(MemorySegment src, MemorySegment dst, long at) {
    float most = largest.row(src, at, axis, 0);
    exp.run(src, at, dst, at, axis, most, 0);
    float all = sum.row(dst, at, axis, 0);
    if (isLogarithm) {
      linear.run(src, at, dst, at, axis, 1, (float) -(most + Math.log(all)));
    } else {
      linear.run(dst, at, dst, at, axis, 1 / all, 0);
    }
  }

  private void columns(MemorySegment src, MemorySegment dst, long at, MemorySegment scratchpad) {
    long sums = inner;
    long work = 2L * inner;
    MemorySegment.copy(src, at * Float.BYTES, scratchpad, 0, (long) inner * Float.BYTES);
    for (int a = 1; a < axis; a++) {
      maximum.run(scratchpad, 0, src, at + (long) a * inner, scratchpad, 0, inner);
    }
    linear.run(scratchpad, 0, scratchpad, sums, inner, 0, 0);
    for (int a = 0; a < axis; a++) {
      long place = at + (long) a * inner;
      subtract.run(src, place, scratchpad, 0, dst, place, inner);
      exp.run(dst, place, scratchpad, work, inner, 0, 0);
      add.run(scratchpad, sums, scratchpad, work, scratchpad, sums, inner);
      if (!isLogarithm) {
        linear.run(scratchpad, work, dst, place, inner, 1, 0);
      }
    }
    if (isLogarithm) {
      log.run(scratchpad, sums, scratchpad, sums, inner, 0, 0);
    }
    BinaryLoop last = isLogarithm ? subtract : divide;
    for (int a = 0; a < axis; a++) {
      long place = at + (long) a * inner;
      last.run(dst, place, scratchpad, sums, dst, place, inner);
    }
  }
}

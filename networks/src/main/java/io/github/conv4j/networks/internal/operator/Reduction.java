package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Makes one number of all along the middle axis of {@code [outer, axis, inner]}. Long sums are sums
 * of the sums of blocks, so that their error does not grow with the axis.
 */
public final class Reduction extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.15;
  private static final double EXPONENTIAL_NANOS = 1;

  /** How many neighbours are summed in float before their sum is added in double. */
  private static final int ROW_BLOCK = 4096;

  /** How many of the inner elements are a unit of work; the last has up to twice as many. */
  private static final int COLUMN_BLOCK = 64;

  /** What the elements become. */
  public enum Kind {
    /** Their sum. */
    SUM,
    /** Their sum, divided by their number. */
    MEAN,
    /** The largest one. */
    MAX,
    /** The smallest one. */
    MIN,
    /** Their product. */
    PRODUCT,
    /** The sum of their absolute values. */
    L1,
    /** The square root of the sum of their squares. */
    L2,
    /** The sum of their squares. */
    SUM_OF_SQUARES,
    /** The logarithm of their sum. */
    LOG_SUM,
    /** The logarithm of the sum of their exponentials. */
    LOG_SUM_EXP;

    private FoldFunction fold() {
      return switch (this) {
        case SUM, MEAN, LOG_SUM, LOG_SUM_EXP -> FoldFunction.SUM;
        case MAX -> FoldFunction.MAXIMUM;
        case MIN -> FoldFunction.MINIMUM;
        case PRODUCT -> FoldFunction.PRODUCT;
        case L1 -> FoldFunction.SUM_OF_SIZES;
        case L2, SUM_OF_SQUARES -> FoldFunction.SUM_OF_SQUARES;
      };
    }

    private double finish(double folded, long count) {
      return switch (this) {
        case MEAN -> folded / count;
        case L2 -> Math.sqrt(folded);
        case LOG_SUM, LOG_SUM_EXP -> Math.log(folded);
        default -> folded;
      };
    }
  }

  /** How many rows are folded as one, so that few columns fill vectors. */
  private final int together;

  private final Kind kind;
  private final long axis;
  private final long inner;
  private final FoldLoop loop;
  private final FoldLoop max;
  private final UnaryLoop exp;

  /** Plans a reduction of {@code [outer, axis, inner]} to {@code [outer, inner]}. */
  public Reduction(Kind kind, long outer, long axis, long inner, int threads) {
    super(
        units(outer, axis, inner),
        (kind == Kind.LOG_SUM_EXP ? EXPONENTIAL_NANOS : ELEMENT_NANOS)
            * axis
            * Math.min(inner, COLUMN_BLOCK),
        threads);
    this.kind = kind;
    this.axis = axis;
    this.inner = inner;
    this.together = together(kind, axis, inner);
    Loops loops = Loops.current();
    this.loop = loops.fold(kind.fold());
    this.max = loops.fold(FoldFunction.MAXIMUM);
    this.exp = loops.unary(UnaryFunction.EXP);
  }

  private static int together(Kind kind, long axis, long inner) {
    boolean folds = kind == Kind.SUM || kind == Kind.MEAN || kind == Kind.MAX || kind == Kind.MIN;
    if (!folds || inner == 1 || inner > COLUMN_BLOCK / 2) {
      return 1;
    }
    for (long rows = COLUMN_BLOCK / inner; rows < 2 * COLUMN_BLOCK / inner; rows++) {
      if (axis % rows == 0 && axis >= 2 * rows) {
        return (int) rows;
      }
    }
    return 1;
  }

  private static long units(long outer, long axis, long inner) {
    Sizes.product("outer, axis, inner", outer, axis, inner);
    return outer * blocks(inner);
  }

  private static long blocks(long inner) {
    return Math.max(1, inner / COLUMN_BLOCK);
  }

  @Override
  public long scratchpadByteSize() {
    if (kind != Kind.LOG_SUM_EXP) {
      return together == 1 ? 0 : together * inner * Float.BYTES;
    }
    return (inner == 1 ? Math.min(axis, ROW_BLOCK) : 1) * (long) Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    long blocks = blocks(inner);
    return (begin, end, src, dst, _) -> {
      for (long unit = begin; unit < end; unit++) {
        if (inner == 1) {
          put(dst, unit, row(src, unit * axis, scratchpad));
        } else {
          columns(src, dst, unit / blocks, unit % blocks, scratchpad);
        }
      }
    };
  }

  private double row(MemorySegment src, long at, MemorySegment scratchpad) {
    if (kind != Kind.LOG_SUM_EXP) {
      return kind.finish(fold(loop, src, at, axis, kind.fold()), axis);
    }
    float largest = (float) fold(max, src, at, axis, FoldFunction.MAXIMUM);
    if (Float.isInfinite(largest)) {
      return largest;
    }
    double sum = 0;
    for (long i = 0; i < axis; i += ROW_BLOCK) {
      int count = (int) Math.min(ROW_BLOCK, axis - i);
      exp.run(src, at + i, scratchpad, 0, count, largest, 0);
      sum += loop.row(scratchpad, 0, count, 0);
    }
    return largest + Math.log(sum);
  }

  /** Folds neighbours, in blocks. */
  static double fold(FoldLoop loop, MemorySegment src, long at, long count, FoldFunction function) {
    return fold(loop, src, at, count, function, 0);
  }

  static double fold(
      FoldLoop loop, MemorySegment src, long at, long count, FoldFunction function, float alpha) {
    double result = function.initial();
    for (long i = 0; i < count; i += ROW_BLOCK) {
      int length = (int) Math.min(ROW_BLOCK, count - i);
      result = function.combine(result, loop.row(src, at + i, length, alpha));
    }
    return result;
  }

  private void columns(
      MemorySegment src, MemorySegment dst, long outer, long block, MemorySegment scratchpad) {
    long column = block * COLUMN_BLOCK;
    long from = outer * axis * inner + column;
    long to = outer * inner + column;
    int count = block + 1 < blocks(inner) ? COLUMN_BLOCK : (int) (inner - column);
    if (kind == Kind.LOG_SUM_EXP) {
      logSumsOfExponentials(src, from, dst, to, count);
      return;
    }
    int rows = Math.toIntExact(axis);
    float scale = kind == Kind.MEAN ? 1f / axis : 1;
    if (together > 1) {
      int wide = together * count;
      loop.window(src, from, 1, 0, 1, 0, rows / together, wide, scratchpad, 0, wide, 0, 1);
      loop.window(scratchpad, 0, 1, 0, 1, 0, together, count, dst, to, count, 0, scale);
    } else {
      loop.window(src, from, 1, 0, 1, 0, rows, inner, dst, to, count, 0, scale);
    }
    if (kind == Kind.L2 || kind == Kind.LOG_SUM) {
      for (int i = 0; i < count; i++) {
        put(dst, to + i, kind.finish(dst.getAtIndex(JAVA_FLOAT_UNALIGNED, to + i), axis));
      }
    }
  }

  /** Rare where the axis is not the innermost one: column by column. */
  private void logSumsOfExponentials(
      MemorySegment src, long from, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      float largest = Float.NEGATIVE_INFINITY;
      for (long k = 0; k < axis; k++) {
        largest = Math.max(largest, src.getAtIndex(JAVA_FLOAT_UNALIGNED, from + k * inner + i));
      }
      double sum = 0;
      for (long k = 0; k < axis; k++) {
        float x = src.getAtIndex(JAVA_FLOAT_UNALIGNED, from + k * inner + i);
        sum += Math.exp((double) x - largest);
      }
      put(dst, to + i, Float.isInfinite(largest) ? largest : largest + Math.log(sum));
    }
  }

  private static void put(MemorySegment dst, long at, double value) {
    dst.setAtIndex(JAVA_FLOAT_UNALIGNED, at, (float) value);
  }
}

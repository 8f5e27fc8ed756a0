package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Where along the middle axis of {@code [outer, axis, inner]} the extreme number is: dst holds
 * 64-bit integers. What is not a number is more extreme than any.
 */
public final class ArgExtremum extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 1;

  private final Kind kind;
  private final boolean takesLast;
  private final long axis;
  private final int inner;

  /** Which extreme. */
  public enum Kind {
    /** The largest. */
    MAX,
    /** The smallest. */
    MIN;

    private boolean isBetter(float x, float best) {
      return this == MAX ? x > best : x < best;
    }
  }

  /**
   * Plans a search.
   *
   * @param takesLast whether the last of equal numbers counts, rather than the first
   */
  public ArgExtremum(Kind kind, boolean takesLast, long outer, long axis, int inner, int threads) {
    super(
        Sizes.positive(outer, "outer"),
        ELEMENT_NANOS * Sizes.product("outer, axis, inner", outer, axis, inner) / outer,
        threads);
    this.kind = kind;
    this.takesLast = takesLast;
    this.axis = axis;
    this.inner = inner;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    float[] best = new float[inner];
    return (begin, end, src, dst, _) -> {
      for (long outer = begin; outer < end; outer++) {
        run(outer, src, dst, best);
      }
    };
  }

  private void run(long outer, MemorySegment src, MemorySegment dst, float[] best) {
    long from = outer * axis * inner;
    long to = outer * inner;
    for (int i = 0; i < inner; i++) {
      best[i] = src.getAtIndex(JAVA_FLOAT_UNALIGNED, from + i);
      dst.setAtIndex(JAVA_LONG_UNALIGNED, to + i, 0);
    }
    for (long k = 1; k < axis; k++) {
      long row = from + k * inner;
      for (int i = 0; i < inner; i++) {
        float x = src.getAtIndex(JAVA_FLOAT_UNALIGNED, row + i);
        if (replaces(x, best[i])) {
          best[i] = x;
          dst.setAtIndex(JAVA_LONG_UNALIGNED, to + i, k);
        }
      }
    }
  }

  private boolean replaces(float x, float best) {
    if (Float.isNaN(x) || Float.isNaN(best)) {
      return Float.isNaN(x) && (takesLast || !Float.isNaN(best));
    }
    return kind.isBetter(x, best) || (takesLast && x == best);
  }
}

package io.github.conv4j.networks.internal.operator;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.MemorySegment;

/** An operator whose work is a range of units, of which a part does some. */
abstract class RangedPrimitive implements Primitive {
  private final Parts parts;

  /**
   * Plans the parts.
   *
   * @param unitCount how many units there are
   * @param unitNanos about how long one takes
   * @param threads how many threads may share a run
   */
  RangedPrimitive(long unitCount, double unitNanos, int threads) {
    this.parts = Parts.of(unitCount, unitNanos, threads);
  }

  /** What one thread does, with its working memory. */
  @FunctionalInterface
  interface Ranges {
    void run(long begin, long end, MemorySegment src, MemorySegment dst, MemorySegment[] operands);
  }

  /** Returns the work for one thread. */
  abstract Ranges ranges(MemorySegment scratchpad);

  final long unitCount() {
    return parts.unitCount();
  }

  @Override
  public final int partCount() {
    return parts.count();
  }

  @Override
  public final BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return new Bound(parts, ranges(scratchpad));
  }

  private record Bound(Parts parts, Ranges ranges) implements BoundPrimitive {
    @Override
    public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      ranges.run(0, parts.unitCount(), src, dst, operands);
    }

    @Override
    public void runPart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      ranges.run(parts.begin(part), parts.begin(part + 1), src, dst, operands);
    }
  }
}

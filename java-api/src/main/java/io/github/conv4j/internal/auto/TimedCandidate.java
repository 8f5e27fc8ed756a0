package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.BudgetedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A way that was made ready, and what its calls took. Other callers of the engine may be inside: a
 * permit of the budget is taken before the clock starts, so that no time in the queue is measured.
 * Not safe for several threads.
 */
final class TimedCandidate {
  /** A shorter call may spend much of its time on fetching what others drove from the caches. */
  private static final double LONG_CALL_NANOS = 4e6;

  /** After so long, or one call, a permit is given to whoever waits. */
  private static final long LONGEST_STINT_NANOS = 1_000_000;

  private final Way way;
  private final PreparedConvolution prepared;
  private final @Nullable BudgetedConvolution budgeted;
  private final Stopwatch stopwatch;
  private final Tensor[] operands;
  private double[] times = new double[64];
  private int count;
  private long firstNanos;
  private long spentNanos;
  private double shortestNanos = Double.POSITIVE_INFINITY;
  private double callNanos;

  /** A candidate whose post-ops are given nothing at each run. */
  TimedCandidate(Way way, PreparedConvolution prepared, Stopwatch stopwatch) {
    this(way, prepared, stopwatch, BudgetedConvolution.NO_OPERANDS);
  }

  TimedCandidate(Way way, PreparedConvolution prepared, Stopwatch stopwatch, Tensor[] operands) {
    this.operands = operands;
    this.way = way;
    this.prepared = prepared;
    this.budgeted = prepared instanceof BudgetedConvolution inside ? inside : null;
    this.stopwatch = stopwatch;
  }

  Way way() {
    return way;
  }

  PreparedConvolution prepared() {
    return prepared;
  }

  /** Makes the first call, which loads code and memory. */
  void first(Tensor src, Tensor dst) {
    firstNanos = oneCall(src, dst);
    spentNanos += firstNanos;
  }

  private long oneCall(Tensor src, Tensor dst) {
    enter();
    try {
      long begin = stopwatch.nanos();
      execute(src, dst);
      return stopwatch.nanos() - begin;
    } finally {
      leave();
    }
  }

  private void enter() {
    if (budgeted != null) {
      budgeted.acquirePermit();
    }
  }

  private void leave() {
    if (budgeted != null) {
      budgeted.budget().release();
    }
  }

  private void execute(Tensor src, Tensor dst) {
    if (budgeted != null) {
      budgeted.executeInside(src, dst, operands);
    } else {
      prepared.execute(src, dst);
    }
  }

  long firstNanos() {
    return firstNanos;
  }

  /** Makes calls for about {@code nanos}, at least one; returns what one took on average. */
  double calls(Tensor src, Tensor dst, long nanos) {
    return calls(src, dst, nanos, 1);
  }

  /** Makes at least {@code least} calls. */
  double calls(Tensor src, Tensor dst, long nanos, int least) {
    int calls = 0;
    long elapsed = 0;
    do {
      long end = Math.min(nanos, elapsed + LONGEST_STINT_NANOS);
      enter();
      try {
        long begin = stopwatch.nanos() - elapsed;
        do {
          execute(src, dst);
          calls++;
          long before = elapsed;
          elapsed = stopwatch.nanos() - begin;
          shortestNanos = Math.min(shortestNanos, (double) (elapsed - before));
        } while (elapsed < end);
      } finally {
        leave();
      }
    } while (elapsed < nanos || calls < least);
    spentNanos += elapsed;
    callNanos = (double) elapsed / calls;
    return callNanos;
  }

  /** Returns the shortest call, the first one included. */
  double shortestNanos() {
    return Math.min((double) firstNanos, shortestNanos);
  }

  /** Returns what all calls took together. */
  long spentNanos() {
    return spentNanos;
  }

  /** Whether a call takes so long that one turn tells much. */
  boolean isLong() {
    return shortestNanos() > LONG_CALL_NANOS;
  }

  /**
   * Makes calls that count, after one that does not: it brings weights and code back into the
   * caches.
   */
  void turn(Tensor src, Tensor dst, long nanos) {
    if (callNanos > 0 && callNanos < LONG_CALL_NANOS) {
      spentNanos += oneCall(src, dst);
    }
    turned(calls(src, dst, nanos));
  }

  /** Notes what a call of a turn took. */
  void turned(double time) {
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
    }
    times[count++] = time;
  }

  int turnCount() {
    return count;
  }

  /** Drops the earlier half of the turns. */
  void forgetFirstHalf() {
    times = Arrays.copyOfRange(times, count / 2, count / 2 + times.length);
    count -= count / 2;
  }

  /** Returns the lower quartile of the first half of the turns. */
  double firstHalfNanos() {
    return quantile(0, (count + 1) / 2, 4);
  }

  /** Returns the lower quartile of the second half of the turns. */
  double secondHalfNanos() {
    return quantile(count / 2, count, 4);
  }

  /** Returns the best turn, or with more than sixteen turns, which may hold freaks, a later one. */
  double bestNanos() {
    return quantile(0, count, 16);
  }

  /** Returns the median of the turns. */
  double medianNanos() {
    return quantile(0, count, 2);
  }

  /**
   * Of turns in order, the last of the first 1/{@code parts}; an earlier time if there was none.
   */
  private double quantile(int from, int to, int parts) {
    if (count == 0) {
      return shortestNanos();
    }
    double[] sorted = Arrays.copyOfRange(times, from, to);
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) / parts];
  }
}

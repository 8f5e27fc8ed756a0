package io.github.conv4j.bench.compare;

import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.results.Timing;
import java.util.Arrays;

/** A contender that takes turns, each of a call that warms the caches and some that are timed. */
final class Runner {
  private static final double TURN_NANOS = 1e6;

  /** Above this, what a call loads into the caches costs little against the call. */
  private static final double LONG_CALL_NANOS = 10e6;

  private static final int MOST_CALLS = 100_000;

  /** A half of the turns that is faster by as much was not yet warm before. */
  private static final double WARM = 0.95;

  private final Entry entry;
  private double[] nanos = new double[64];
  private int rounds;
  private double callNanos;
  private int calls = 1;
  private double spentNanos;

  /**
   * Prepares for turns.
   *
   * @param callNanos what a call took so far
   */
  Runner(Entry entry, double callNanos) {
    this.entry = entry;
    this.callNanos = callNanos;
  }

  /** Warms up; then a turn has a fitting number of calls. */
  void warmUp(EntryWarmUp warmUp) {
    callNanos = warmUp.run(entry, callNanos, callNanos);
    calls = calls(callNanos);
  }

  private static int calls(double callNanos) {
    return Math.clamp(Math.round(TURN_NANOS / callNanos), 1, MOST_CALLS);
  }

  /** Takes a turn. */
  void turn() {
    long begin = System.nanoTime();
    if (callNanos < LONG_CALL_NANOS) {
      entry.call();
    }
    record(Turn.time(entry, calls));
    spentNanos += System.nanoTime() - begin;
  }

  /** Leaves out a round. */
  void pass() {
    record(Double.NaN);
  }

  private void record(double value) {
    if (rounds == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * rounds);
    }
    nanos[rounds++] = value;
  }

  /** Returns the time of all turns. */
  double spentNanos() {
    return spentNanos;
  }

  /** Returns the time of a call in each round; NaN where it took no turn or was not yet warm. */
  double[] nanosByRound() {
    double[] times = Arrays.copyOf(nanos, rounds);
    int half = rounds / 2;
    double before = new Quantiles(Arrays.copyOf(times, half)).median();
    double after = new Quantiles(Arrays.copyOfRange(times, half, rounds)).median();
    if (after < WARM * before) {
      Arrays.fill(times, 0, half, Double.NaN);
    }
    return times;
  }

  /** Returns the quantiles of some turns. */
  Timing timing(double[] times) {
    var q = new Quantiles(times);
    return new Timing(
        q.count(),
        calls,
        q.at(0),
        q.at(0.05),
        q.at(0.25),
        q.median(),
        q.at(0.75),
        q.at(0.95),
        q.at(1));
  }
}

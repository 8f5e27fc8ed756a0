package io.github.conv4j.bench.tour;

import java.util.Arrays;

/** Repeated runs within a bounded time. */
final class Stopwatch {
  private static final int MOST_RUNS = 2_000;

  private Stopwatch() {}

  /** Warms up for a third of the budget, then returns the median of the runs in the rest. */
  static long medianNanos(Runnable run, long budgetNanos) {
    long warm = System.nanoTime() + budgetNanos / 3;
    long single;
    do {
      single = nanos(run);
    } while (System.nanoTime() < warm);
    long[] runs = new long[MOST_RUNS];
    int count = 0;
    runs[count++] = single;
    long end = warm + budgetNanos * 2 / 3;
    while (count < MOST_RUNS && System.nanoTime() + single < end) {
      runs[count++] = nanos(run);
    }
    Arrays.sort(runs, 0, count);
    return runs[count / 2];
  }

  private static long nanos(Runnable run) {
    long start = System.nanoTime();
    run.run();
    return System.nanoTime() - start;
  }
}

package io.github.conv4j.bench.cli;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A line a minute for whoever reads a log: the work goes on. */
final class ProgressLines {
  private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String task;
  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final long begin;
  private long told;
  private long expected;
  private long done;

  /**
   * Begins.
   *
   * @param nanoTime a clock, {@link System#nanoTime} but in tests
   */
  ProgressLines(String task, long stepCount, PrintStream out, LongSupplier nanoTime) {
    this.task = task;
    this.expected = stepCount;
    this.out = out;
    this.nanoTime = nanoTime;
    this.begin = nanoTime.getAsLong();
    this.told = begin;
  }

  synchronized void expect(long stepCount) {
    expected = stepCount;
  }

  synchronized void step() {
    done++;
    long now = nanoTime.getAsLong();
    if (now - told >= INTERVAL_NANOS && done < expected) {
      told = now;
      out.printf(
          "conv4j: %s, %d of %d after %d min%n",
          task, done, expected, TimeUnit.NANOSECONDS.toMinutes(now - begin));
    }
  }
}

package io.github.conv4j.bench.load;

import java.util.concurrent.atomic.AtomicLong;

/**
 * When the requests of an open loop are meant to start, whoever serves them: every so many
 * nanoseconds on a clock that stands still between slices. What is due but not served yet stays
 * due, so waiting counts however late a slice runs (coordinated omission).
 *
 * <p><b>Threads.</b> {@link #take} is safe for any number; the rest is for one thread while nobody
 * takes.
 */
final class Schedule {
  /** No request is due before the end. */
  static final long NONE = Long.MIN_VALUE;

  private final double intervalNanos;
  private final AtomicLong next = new AtomicLong();
  private long zero;
  private long elapsed;

  Schedule(double requestsPerSecond) {
    intervalNanos = 1e9 / requestsPerSecond;
  }

  /** Lets the clock run, from a moment of the ticker. */
  void resume(long begin) {
    zero = begin - elapsed;
  }

  /** Stops the clock at a moment of the ticker. */
  void pause(long end) {
    elapsed = end - zero;
  }

  /** Takes the next request and returns when it is meant to start, or {@link #NONE}. */
  long take(long end) {
    while (true) {
      long number = next.get();
      long due = zero + offset(number);
      if (due >= end) {
        return NONE;
      }
      if (next.compareAndSet(number, number + 1)) {
        return due;
      }
    }
  }

  /** Returns how long each request has waited that is due but was not taken. */
  long[] waiting() {
    long from = next.get();
    int count = 0;
    while (offset(from + count) < elapsed) {
      count++;
    }
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      nanos[i] = elapsed - offset(from + i);
    }
    return nanos;
  }

  /** Forgets everything. */
  void reset() {
    next.set(0);
    elapsed = 0;
  }

  private long offset(long number) {
    return (long) (number * intervalNanos);
  }
}

package io.github.conv4j.bench.load;

/** The time as clients see it; tests bring their own. */
interface Ticker {
  /** Returns nanoseconds since some fixed moment. */
  long nanoTime();

  /** Returns when that moment has come; at once if it is past. */
  void waitUntil(long nanoTime);
}

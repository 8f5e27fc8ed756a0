package io.github.conv4j.bench.compare;

import io.github.conv4j.bench.contender.Entry;

/** Calls one after the other. */
final class Turn {
  private Turn() {}

  /** Returns the mean time of some calls, in nanoseconds. */
  static double time(Entry entry, int count) {
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      entry.call();
    }
    return Math.max(1, System.nanoTime() - begin) / (double) count;
  }
}

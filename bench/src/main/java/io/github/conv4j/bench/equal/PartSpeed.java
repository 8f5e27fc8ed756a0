package io.github.conv4j.bench.equal;

/** What cutting a call into equal parts gives on so many threads, by counting alone. */
final class PartSpeed {
  private PartSpeed() {}

  /** Returns how many times faster than on one thread the parts are done. */
  static double of(int parts, int threads) {
    return (double) parts / Math.ceilDiv(parts, threads);
  }
}

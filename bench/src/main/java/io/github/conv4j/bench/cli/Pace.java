package io.github.conv4j.bench.cli;

/** Shares out a time among steps, so that all end in time whatever each really took. */
final class Pace {
  private final double end;
  private final double mostNanos;
  private int stepsLeft;

  /**
   * Begins.
   *
   * @param totalNanos for all steps, from now
   * @param mostNanos for one step
   */
  Pace(double totalNanos, int steps, double mostNanos) {
    this.end = System.nanoTime() + totalNanos;
    this.stepsLeft = steps;
    this.mostNanos = mostNanos;
  }

  /** Returns the time for the next step; at least a little, also when there is none left. */
  double next() {
    double share = (end - System.nanoTime()) / Math.max(1, stepsLeft--);
    return Math.clamp(share, mostNanos / 100, mostNanos);
  }
}

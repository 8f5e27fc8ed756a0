package io.github.conv4j.bench.overhead;

import org.jspecify.annotations.Nullable;

/** What conv4j promises about its own cost. */
final class OverheadBars {
  private static final double LARGE_LAYER_NANOS = 50_000;
  private static final double MOST_ADDED_SHARE = 0.02;
  private static final double MOST_ADDED_NANOS = 150;
  private static final double MOST_PREPARE_NANOS = 100_000;
  private static final double MOST_FIRST_LOAD_NANOS = 1e9;
  private static final double MOST_LATER_LOAD_NANOS = 150e6;

  private OverheadBars() {}

  /**
   * Holds a call against its bar: a share for layers above 50 µs, a time for the smallest layer,
   * none between.
   */
  static @Nullable Check call(
      boolean smallest,
      MedianEstimate floorNanos,
      MedianEstimate addedNanos,
      MedianEstimate addedShare) {
    if (smallest) {
      return Check.atMost(MOST_ADDED_NANOS, "150 ns", addedNanos);
    }
    return floorNanos.median() > LARGE_LAYER_NANOS
        ? Check.atMost(MOST_ADDED_SHARE, "2 %", addedShare)
        : null;
  }

  static Check allocation(double bytesPerCall) {
    return Check.atMost(0, "0 bytes", MedianEstimate.of(bytesPerCall));
  }

  static Check seenPrepare(MedianEstimate nanos) {
    return Check.atMost(MOST_PREPARE_NANOS, "100 µs", nanos);
  }

  static Check firstLoad(MedianEstimate nanos) {
    return Check.atMost(MOST_FIRST_LOAD_NANOS, "1 s", nanos);
  }

  static Check laterLoad(MedianEstimate nanos) {
    return Check.atMost(MOST_LATER_LOAD_NANOS, "150 ms", nanos);
  }
}

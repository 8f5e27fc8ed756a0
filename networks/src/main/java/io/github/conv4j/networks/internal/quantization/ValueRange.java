package io.github.conv4j.networks.internal.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Which numbers a tensor was seen to hold. */
final class ValueRange {
  private final @Nullable Histogram histogram;

  private final Coverage coverage;

  private float least = Float.POSITIVE_INFINITY;
  private float greatest = Float.NEGATIVE_INFINITY;
  private boolean isFinite = true;

  /** What counts, of all that was added; null where that is not known yet. */
  private double @Nullable [] limits;

  /**
   * Begins without numbers.
   *
   * @param coverage which numbers count
   */
  ValueRange(Coverage coverage) {
    this.coverage = coverage;
    this.histogram = coverage.share() < 1 || coverage.isLeastError() ? new Histogram() : null;
  }

  /** Adds floats, at any address. */
  void add(MemorySegment floats) {
    limits = null;
    long count = floats.byteSize() / Float.BYTES;
    for (long i = 0; i < count; i++) {
      float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      if (!Float.isFinite(value)) {
        isFinite = false;
        continue;
      }
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      if (histogram != null) {
        histogram.add(value);
      }
    }
  }

  boolean isEmpty() {
    return least > greatest;
  }

  /** Whether there was neither infinity nor what is no number. */
  boolean isFinite() {
    return isFinite;
  }

  /** Returns the least number that counts. */
  double low() {
    return limits()[0];
  }

  /** Returns the greatest number that counts. */
  double high() {
    return limits()[1];
  }

  private double[] limits() {
    double[] known = limits;
    if (known == null) {
      known = findLimits();
      limits = known;
    }
    return known;
  }

  private double[] findLimits() {
    if (histogram == null) {
      return new double[] {least, greatest};
    }
    double outside = (1 - coverage.share()) / 2;
    double low = Math.max(least, histogram.low(outside));
    double high = Math.min(greatest, histogram.high(outside));
    return coverage.isLeastError() && !isEmpty()
        ? histogram.leastError(low, high)
        : new double[] {low, high};
  }
}

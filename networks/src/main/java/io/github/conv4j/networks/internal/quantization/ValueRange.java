package io.github.conv4j.networks.internal.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Which numbers a tensor was seen to hold. */
final class ValueRange {
  private final @Nullable Histogram histogram;

  /** The share of numbers in the middle that count. */
  private final double middle;

  private float least = Float.POSITIVE_INFINITY;
  private float greatest = Float.NEGATIVE_INFINITY;
  private boolean isFinite = true;

  /**
   * Begins without numbers.
   *
   * @param middle 1 to keep all
   */
  ValueRange(double middle) {
    this.middle = middle;
    this.histogram = middle < 1 ? new Histogram() : null;
  }

  /** Adds floats, at any address. */
  void add(MemorySegment floats) {
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
    return histogram == null ? least : Math.max(least, histogram.low((1 - middle) / 2));
  }

  /** Returns the greatest number that counts. */
  double high() {
    return histogram == null ? greatest : Math.min(greatest, histogram.high((1 - middle) / 2));
  }
}

package io.github.conv4j.networks.internal.quantization;

import java.util.Arrays;

/**
 * How often numbers occur, in 4096 bins between two powers of two that grow with what comes: bins
 * are put together in pairs then, so that neither the memory nor the result depends on the order.
 */
final class Histogram {
  private static final int BINS = 4096;
  private static final int ZERO = BINS / 2;

  private final long[] counts = new long[BINS];
  private double reach;
  private double binsOfOne;
  private long count;

  Histogram() {
    setReach(Float.MIN_NORMAL);
  }

  private void setReach(double value) {
    reach = value;
    binsOfOne = ZERO / value;
  }

  /** Counts a finite number. */
  void add(float value) {
    while (Math.abs(value) > reach) {
      grow();
    }
    int bin = ZERO + (int) Math.floor(value * binsOfOne);
    counts[Math.min(bin, BINS - 1)]++;
    count++;
  }

  private void grow() {
    long[] old = counts.clone();
    Arrays.fill(counts, 0);
    for (int i = 0; i < BINS; i++) {
      counts[BINS / 4 + i / 2] += old[i];
    }
    setReach(2 * reach);
  }

  /** Returns the width of a bin: how exact quantiles are. */
  double binWidth() {
    return reach / ZERO;
  }

  /** Returns the lower edge of the bin below which there is a share of all numbers. */
  double low(double share) {
    long below = 0;
    int bin = 0;
    while (bin < BINS - 1 && below + counts[bin] <= share * count) {
      below += counts[bin++];
    }
    return (bin - ZERO) * binWidth();
  }

  /** Returns the upper edge of the bin above which there is a share of all numbers. */
  double high(double share) {
    long above = 0;
    int bin = BINS - 1;
    while (bin > 0 && above + counts[bin] <= share * count) {
      above += counts[bin--];
    }
    return (bin + 1 - ZERO) * binWidth();
  }
}

package io.github.conv4j.networks.internal.quantization;

import java.util.Arrays;

/**
 * How often numbers occur, in 4096 bins between two powers of two that grow with what comes: bins
 * are put together in pairs then, so that neither the memory nor the result depends on the order.
 */
final class Histogram {
  private static final int BINS = 4096;
  private static final int ZERO = BINS / 2;
  private static final int MOST_BYTE = 255;

  /** Limits on either side among which the best is looked for. */
  private static final int TRIED = 128;

  private final long[] counts = new long[BINS];
  private double reach;
  private double binsOfOne;
  private long count;

  /** How many of them are 0, which is a byte exactly. */
  private long zeros;

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
    if (value == 0) {
      zeros++;
    }
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

  /**
   * Returns the range, within another one, of which bytes lose least: the sum of the squared
   * distances of what is cut off, and of a twelfth of the squared step for all others but 0.
   *
   * @return the lower and the upper limit; 0 is between them
   */
  double[] leastError(double least, double greatest) {
    double from = Math.min(least, 0);
    double to = Math.max(greatest, 0);
    var moments = new Moments();
    double leastError = Double.POSITIVE_INFINITY;
    double[] best = {from, to};
    for (int i = TRIED; i > 0; i--) {
      for (int j = TRIED; j > 0; j--) {
        double low = from * i / TRIED;
        double high = to * j / TRIED;
        double error = moments.error(low, high);
        if (error < leastError) {
          leastError = error;
          best = new double[] {low, high};
        }
      }
    }
    return best;
  }

  /** Sums of counts, of numbers and of their squares in all bins before each, without zeros. */
  private final class Moments {
    private final double[] counted = new double[BINS + 1];
    private final double[] sums = new double[BINS + 1];
    private final double[] squares = new double[BINS + 1];

    Moments() {
      for (int i = 0; i < BINS; i++) {
        double middle = (i + 0.5 - ZERO) * binWidth();
        long lossy = i == ZERO ? counts[i] - zeros : counts[i];
        counted[i + 1] = counted[i] + lossy;
        sums[i + 1] = sums[i] + lossy * middle;
        squares[i + 1] = squares[i] + lossy * middle * middle;
      }
    }

    double error(double low, double high) {
      int first = bin(low);
      int end = bin(high);
      double step = (high - low) / MOST_BYTE;
      return distances(low, 0, first)
          + distances(high, end, BINS)
          + (counted[end] - counted[first]) * step * step / 12;
    }

    private double distances(double limit, int first, int end) {
      return squares[end]
          - squares[first]
          - 2 * limit * (sums[end] - sums[first])
          + limit * limit * (counted[end] - counted[first]);
    }

    private int bin(double value) {
      return Math.clamp(Math.round(value / binWidth()) + ZERO, 0, BINS);
    }
  }
}

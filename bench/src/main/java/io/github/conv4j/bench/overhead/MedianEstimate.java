package io.github.conv4j.bench.overhead;

import java.util.Arrays;

/**
 * Repeated measurements of one thing, by their order, which outliers do not move.
 *
 * @param median the middle one
 * @param low with {@code high}: where the median lies with 95 % confidence; of few measurements,
 *     the smallest and the largest
 * @param high see {@code low}
 * @param count how many there are
 */
record MedianEstimate(double median, double low, double high, int count) {
  private static final double NORMAL_95_PERCENT = 1.96;

  /**
   * Returns what a list of measurements says.
   *
   * @throws IllegalArgumentException if there are none
   */
  static MedianEstimate of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("a median needs at least one measurement");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int count = sorted.length;
    // The binomial distribution of how many values lie below the median, as a normal one.
    double reach = NORMAL_95_PERCENT * Math.sqrt(count) / 2;
    int below = Math.max(0, (int) Math.floor(count / 2.0 - reach));
    return new MedianEstimate(
        (sorted[count / 2] + sorted[(count - 1) / 2]) / 2,
        sorted[below],
        sorted[count - 1 - below],
        count);
  }
}

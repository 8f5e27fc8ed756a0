package io.github.conv4j.bench.compare;

import java.util.Arrays;

/** Order statistics. */
final class Quantiles {
  private final double[] sorted;

  /** Takes numbers, of which those that are not a number do not count. */
  Quantiles(double... values) {
    this.sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
  }

  int count() {
    return sorted.length;
  }

  /** Returns the number that a share of the others is below; between neighbours, linearly. */
  double at(double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  double median() {
    return at(0.5);
  }
}

package io.github.conv4j.internal.shadow;

import org.jspecify.annotations.Nullable;

/** Collects outputs that are farther apart than permitted. */
final class DifferenceSearch {
  private long count;
  private int worst;
  private double worstShare = -1;
  private double value;
  private double expected;
  private double permitted;

  /**
   * Looks at an output. Where the expected number is not finite, the other must be the same; where
   * anything is permitted, nothing is said.
   */
  void look(int index, double actual, double wanted, double most) {
    double error = Math.abs(actual - wanted);
    boolean same = actual == wanted || (Double.isNaN(actual) && Double.isNaN(wanted));
    if (same || most == Double.POSITIVE_INFINITY || error <= most) {
      return;
    }
    count++;
    double share = Double.isFinite(error) ? error / most : Double.POSITIVE_INFINITY;
    if (share > worstShare || Double.isNaN(share)) {
      worstShare = share;
      worst = index;
      value = actual;
      expected = wanted;
      permitted = most;
    }
  }

  @Nullable Difference found() {
    return count == 0 ? null : new Difference(count, worst, value, expected, permitted);
  }
}

package io.github.conv4j.problem;

import io.github.conv4j.internal.checks.Checks;

/**
 * How far a float result may be from the exact sum, whatever the order of summation: {@code
 * gamma(n) * sum of |products|} with {@code gamma(n) = n*u / (1 - n*u)} and {@code u = 2^-24}, plus
 * what underflow can lose.
 *
 * <p>It bounds the error by what is summed, not by the sum: where products cancel, the error may be
 * many times the result, on every engine and at every {@link io.github.conv4j.engine.Accuracy}.
 *
 * <p>There is no bound, it is infinite, from {@code n*u = 1} on: 2^24 accumulations.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A negative number of
 * accumulations, and problems with an axis of more than 2^31 - 1 outputs, are refused with {@link
 * IllegalArgumentException}.
 *
 * @param accumulations additions and roundings that one output goes through at most; at least 0
 * @see <a href="https://doi.org/10.1137/1.9780898718027">Higham: Accuracy and Stability of
 *     Numerical Algorithms, chapters 3 and 4</a>
 */
public record ErrorBound(long accumulations) {
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final double SMALLEST_SUBNORMAL = 0x1p-149;

  /** Checks that the number is not negative. */
  public ErrorBound {
    Checks.notNegative(accumulations, "accumulations");
  }

  /**
   * Returns the bound of a problem: its products, the bias, and the rounding of the reference.
   *
   * @throws IllegalArgumentException if an axis has more than 2^31 - 1 outputs
   */
  public static ErrorBound of(Problem problem) {
    return new ErrorBound((long) Math.min(Taps.most(problem), 0x1p62) + 2);
  }

  /**
   * Returns the largest permitted error where the products' magnitudes sum to {@code magnitude}.
   */
  public double at(double magnitude) {
    double share = accumulations * UNIT_ROUNDOFF;
    if (share >= 1) {
      return Double.POSITIVE_INFINITY;
    }
    double gamma = share / (1 - share);
    return gamma * magnitude + accumulations * SMALLEST_SUBNORMAL;
  }
}

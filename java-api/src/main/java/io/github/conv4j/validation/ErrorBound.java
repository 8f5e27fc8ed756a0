package io.github.conv4j.validation;

/**
 * How far a float result may be from the exact sum, whatever the order of summation: {@code
 * gamma(n) * sum of |products|} with {@code gamma(n) = n*u / (1 - n*u)} and {@code u = 2^-24}, plus
 * what underflow can lose.
 *
 * <p>It bounds the error by what is summed, not by the sum: where products cancel, the error may be
 * many times the result, on every engine and at every {@link io.github.conv4j.engine.Accuracy}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 *
 * @param accumulations additions and roundings that one output goes through at most
 * @see <a href="https://doi.org/10.1137/1.9780898718027">Higham: Accuracy and Stability of
 *     Numerical Algorithms, chapters 3 and 4</a>
 */
public record ErrorBound(long accumulations) {
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final double SMALLEST_SUBNORMAL = 0x1p-149;

  /** Returns the bound of a problem: its products, the bias, and the rounding of the reference. */
  public static ErrorBound of(Problem problem) {
    return new ErrorBound((long) Taps.most(problem) + 2);
  }

  /**
   * Returns the largest permitted error where the products' magnitudes sum to {@code magnitude}.
   */
  public double at(double magnitude) {
    double gamma = accumulations * UNIT_ROUNDOFF / (1 - accumulations * UNIT_ROUNDOFF);
    return gamma * magnitude + accumulations * SMALLEST_SUBNORMAL;
  }
}

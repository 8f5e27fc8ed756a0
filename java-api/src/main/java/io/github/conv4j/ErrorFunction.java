package io.github.conv4j;

/** The error function in double precision, for the definition of GELU: right, not fast. */
final class ErrorFunction {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  /** From here on the continued fraction converges within {@link #DEPTH} terms. */
  private static final double LARGE = 2;

  private static final int DEPTH = 120;

  private ErrorFunction() {}

  /** Returns {@code 1 - erf(x)}, with small relative error also where that is small. */
  static double complement(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (x < LARGE) {
      return x < -LARGE ? 2 - complement(-x) : 1 - series(x);
    }
    if (Double.isInfinite(x)) {
      return 0;
    }
    double tail = 0;
    for (int k = DEPTH; k > 0; k--) {
      tail = 0.5 * k / (x + tail);
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
  }

  /** All terms have the sign of x, so that nothing cancels. */
  private static double series(double x) {
    double term = x;
    double sum = 0;
    for (int k = 1; sum + term != sum; k++) {
      sum += term;
      term *= 2 * x * x / (2 * k + 1);
    }
    return TWO_OVER_ROOT_PI * Math.exp(-x * x) * sum;
  }
}

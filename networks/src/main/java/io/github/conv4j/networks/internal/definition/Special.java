package io.github.conv4j.networks.internal.definition;

/** Functions that the JDK does not have. */
final class Special {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private Special() {}

  /**
   * Returns the error function, to about 1e-15: its Taylor series where that converges fast, a
   * continued fraction of the complement elsewhere.
   */
  static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude < 2.5) {
      return series(x);
    }
    if (magnitude > 6) {
      return Math.signum(x);
    }
    return Double.isNaN(x) ? x : Math.copySign(1 - complement(magnitude), x);
  }

  /**
   * Sums {@code erf(x) = 2/√π e^(-x²) Σ 2^n x^(2n+1) / (1·3·…·(2n+1))}: all terms have one sign.
   */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
  }

  /** Evaluates Laplace's continued fraction of {@code 1 - erf(x)} from its tail. */
  private static double complement(double x) {
    double tail = x;
    for (int n = 120; n > 0; n--) {
      tail = x + n / 2.0 / tail;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Returns {@code log(1 + e^x)} without overflow. */
  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  static double asinh(double x) {
    double magnitude = Math.abs(x);
    return Math.copySign(Math.log(magnitude + Math.hypot(magnitude, 1)), x);
  }

  static double acosh(double x) {
    return Math.log(x + Math.sqrt(x - 1) * Math.sqrt(x + 1));
  }

  static double atanh(double x) {
    return 0.5 * (Math.log1p(x) - Math.log1p(-x));
  }
}

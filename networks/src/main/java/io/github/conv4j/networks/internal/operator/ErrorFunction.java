package io.github.conv4j.networks.internal.operator;

/** The error function, as near as a float holds it. */
final class ErrorFunction {
  /** Up to here a polynomial in the square is multiplied with x. */
  static final float SMALL = 475 / 512f;

  /** {@code erf(x) = x + x * near(x * x)}, from the highest power down. */
  static final float[] NEAR = {
    -0.0005967617f, 0.0049911942f, -0.026768135f, 0.112819925f, -0.37612534f, 0.12837917f
  };

  /** {@code erf(x) = 1 - exp(x * far(x) - x)}, from the highest power down. */
  static final float[] FAR = {
    -1.7285347e-5f,
    0.00038319713f,
    -0.0038839644f,
    0.024254622f,
    -0.10677788f,
    -0.6348467f,
    -0.12871751f
  };

  private ErrorFunction() {}

  static double of(double x) {
    double size = Math.abs(x);
    if (size <= SMALL) {
      return x + x * polynomial(NEAR, x * x);
    }
    return Math.copySign(1 - Math.exp(size * polynomial(FAR, size) - size), x);
  }

  private static double polynomial(float[] coefficients, double x) {
    double sum = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      sum = sum * x + coefficients[i];
    }
    return sum;
  }
}

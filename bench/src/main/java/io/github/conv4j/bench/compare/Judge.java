package io.github.conv4j.bench.compare;

/** Tells whether a result is right. */
final class Judge {
  /** What conv4j promises for every f32 result, Winograd's algorithms included. */
  private static final double OURS = 2e-5;

  /** Others promise nothing; a mistake in the problem is far beyond this. */
  private static final double OTHERS = 2e-4;

  private final String name;
  private final float[] right;

  Judge(String name, float[] right) {
    this.name = name;
    this.right = right;
  }

  String name() {
    return name;
  }

  /** Returns the relative L2 norm of the difference; infinite where lengths differ. */
  double error(float[] result) {
    if (result.length != right.length) {
      return Double.POSITIVE_INFINITY;
    }
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < right.length; i++) {
      double d = (double) result[i] - right[i];
      difference += d * d;
      norm += (double) right[i] * right[i];
    }
    double error = Math.sqrt(difference / Math.max(norm, Double.MIN_NORMAL));
    return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
  }

  /** Tells whether an error is too large to be one of rounding. */
  static boolean disagrees(double error, boolean ours) {
    return error > (ours ? OURS : OTHERS);
  }
}

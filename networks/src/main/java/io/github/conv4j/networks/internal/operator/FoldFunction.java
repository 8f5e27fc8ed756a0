package io.github.conv4j.networks.internal.operator;

/** What makes one number of many, in any order. */
enum FoldFunction {
  SUM(0),
  SUM_OF_SIZES(0),
  /** Of {@code x - alpha}. */
  SUM_OF_SQUARES(0),
  PRODUCT(1),
  MAXIMUM(Float.NEGATIVE_INFINITY),
  MINIMUM(Float.POSITIVE_INFINITY);

  private final float initial;

  FoldFunction(float initial) {
    this.initial = initial;
  }

  /** Returns the result of no numbers. */
  float initial() {
    return initial;
  }

  /** Returns what {@code sum} becomes with one number more. */
  double accumulate(double sum, double x, double alpha) {
    return switch (this) {
      case SUM -> sum + x;
      case SUM_OF_SIZES -> sum + Math.abs(x);
      case SUM_OF_SQUARES -> sum + (x - alpha) * (x - alpha);
      case PRODUCT -> sum * x;
      case MAXIMUM -> Math.max(sum, x);
      case MINIMUM -> Math.min(sum, x);
    };
  }

  /** Returns the result of two results. */
  double combine(double a, double b) {
    return switch (this) {
      case SUM, SUM_OF_SIZES, SUM_OF_SQUARES -> a + b;
      case PRODUCT -> a * b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
    };
  }
}

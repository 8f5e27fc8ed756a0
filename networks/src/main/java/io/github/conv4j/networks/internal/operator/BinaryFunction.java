package io.github.conv4j.networks.internal.operator;

/** Functions of two numbers. */
public enum BinaryFunction {
  /** {@code a + b}. */
  ADD,
  /** {@code a - b}. */
  SUB,
  /** {@code b - a}. */
  SUB_REVERSED,
  /** {@code a * b}. */
  MUL,
  /** {@code a / b}. */
  DIV,
  /** {@code b / a}. */
  DIV_REVERSED,
  /** {@code a < b ? a : b}. */
  MIN,
  /** {@code a > b ? a : b}. */
  MAX,
  /** The smaller one, and not a number if either is not. */
  MINIMUM,
  /** The larger one, and not a number if either is not. */
  MAXIMUM,
  /** {@code a > 0 ? a : a * b}. */
  PRELU,
  /** {@code a^b}. */
  POW;

  /** Returns the value of the function. */
  double apply(double a, double b) {
    return switch (this) {
      case ADD -> a + b;
      case SUB -> a - b;
      case SUB_REVERSED -> b - a;
      case MUL -> a * b;
      case DIV -> a / b;
      case DIV_REVERSED -> b / a;
      case MIN -> a < b ? a : b;
      case MAX -> a > b ? a : b;
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case PRELU -> a > 0 ? a : a * b;
      case POW -> Math.pow(a, b);
    };
  }

  /** Returns about how long one element takes where it is near. */
  double elementNanos() {
    return this == POW ? 30 : 0.2;
  }
}

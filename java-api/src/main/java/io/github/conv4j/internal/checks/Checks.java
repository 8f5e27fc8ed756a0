package io.github.conv4j.internal.checks;

/** Preconditions whose messages name the parameter, its value and what it was held against. */
public final class Checks {
  private Checks() {}

  /** Returns {@code value} if it is at least 1. */
  public static long positive(long value, String name) {
    if (value <= 0) {
      throw new IllegalArgumentException("%s must be at least 1 but is %d".formatted(name, value));
    }
    return value;
  }

  /** Checks that each value is at least 1. */
  public static void allPositive(long[] values, String name) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] <= 0) {
        throw new IllegalArgumentException(
            "%s must be at least 1 but is %d on axis %d".formatted(name, values[i], i));
      }
    }
  }

  /** Returns {@code value} if it is at least 0. */
  public static long notNegative(long value, String name) {
    if (value < 0) {
      throw new IllegalArgumentException("%s must be at least 0 but is %d".formatted(name, value));
    }
    return value;
  }

  /** Returns {@code axis} if it is one of {@code count} axes of {@code owner}. */
  public static int axis(int axis, int count, Object owner) {
    if (axis < 0 || axis >= count) {
      throw new IndexOutOfBoundsException(
          "axis must be from 0 to %d but is %d: %s has %d spatial ax%s"
              .formatted(count - 1, axis, owner, count, count == 1 ? "is" : "es"));
    }
    return axis;
  }

  /** Returns {@code index} if it is one of {@code count}. */
  public static long index(long index, long count, String name) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(
          "%s must be from 0 to %d but is %d".formatted(name, count - 1, index));
    }
    return index;
  }

  /** Returns {@code a * b}; an overflow is the caller's error and is told with both factors. */
  public static long product(long a, long b, String what) {
    try {
      return Math.multiplyExact(a, b);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s overflows 64 bits: %d times %d".formatted(what, a, b), e);
    }
  }

  /** Returns {@code a + b}; an overflow is the caller's error and is told with both terms. */
  public static long sum(long a, long b, String what) {
    try {
      return Math.addExact(a, b);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s overflows 64 bits: %d plus %d".formatted(what, a, b), e);
    }
  }
}

package io.github.conv4j.networks.internal.operator;

/** Checks of the numbers that describe arrays. */
final class Sizes {
  private Sizes() {}

  static long positive(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException("%s must be at least 1 but is %d".formatted(name, value));
    }
    return value;
  }

  static int positive(int value, String name) {
    return (int) positive((long) value, name);
  }

  static long notNegative(long value, String name) {
    if (value < 0) {
      throw new IllegalArgumentException("%s must be at least 0 but is %d".formatted(name, value));
    }
    return value;
  }

  static void sameLength(int length, String name, int other, String otherName) {
    if (length != other) {
      throw new IllegalArgumentException(
          "%s has %d entries but %s has %d".formatted(name, length, otherName, other));
    }
  }

  /** Returns the number of elements, whose bytes fit 63 bits too. */
  static long product(String name, long... dims) {
    try {
      long product = 1;
      for (long dim : dims) {
        product = Math.multiplyExact(product, positive(dim, name));
      }
      Math.multiplyExact(product, Float.BYTES);
      return product;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s %s overflow 63 bits".formatted(name, java.util.Arrays.toString(dims)), e);
    }
  }

  /** Returns how far apart neighbours along each axis of a dense row-major array are. */
  static long[] denseStrides(long... dims) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = Math.multiplyExact(stride, dims[i]);
    }
    return strides;
  }
}

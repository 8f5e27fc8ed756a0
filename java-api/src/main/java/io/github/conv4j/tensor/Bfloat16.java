package io.github.conv4j.tensor;

/**
 * Numbers of 16 bits with the exponent of a float: its upper half. The other short floats are
 * {@link Float#floatToFloat16} and {@link Float#float16ToFloat}.
 *
 * <p><b>Memory.</b> None. <b>Threads.</b> May be used by any number. <b>Errors.</b> Throws none.
 */
public final class Bfloat16 {
  private static final int BITS = 16;
  private static final int BELOW_HALF = 0x7fff;
  private static final short QUIET = 0x40;

  private Bfloat16() {}

  /**
   * Returns the bits of the nearest bfloat16, of two equally near ones the even one; numbers beyond
   * the largest become infinite, NaN stays NaN.
   */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      // Rounding could make an infinity of it.
      return (short) ((bits >>> BITS) | QUIET);
    }
    return (short) ((bits + BELOW_HALF + ((bits >>> BITS) & 1)) >>> BITS);
  }

  /** Returns the float of the same value. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << BITS);
  }
}

package io.github.conv4j.networks.internal.operator;

/**
 * What integers of 8 bits mean: {@code (q - zeroPoint) * scale}.
 *
 * @param isSigned whether they are s8, else u8
 */
public record ByteScale(boolean isSigned, float scale, int zeroPoint) {
  /** Checks the numbers. */
  public ByteScale {
    if (!(scale > 0) || scale == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("a scale must be positive and finite but is " + scale);
    }
    int least = isSigned ? Byte.MIN_VALUE : 0;
    if (zeroPoint < least || zeroPoint > least + 255) {
      throw new IllegalArgumentException(
          "the zero point must be from %d to %d but is %d"
              .formatted(least, least + 255, zeroPoint));
    }
  }

  /** Returns the least difference to the zero point. */
  int least() {
    return (isSigned ? Byte.MIN_VALUE : 0) - zeroPoint;
  }

  /** Returns the greatest difference to the zero point. */
  int most() {
    return least() + 255;
  }

  int valueOf(byte bits) {
    return isSigned ? bits : bits & 0xff;
  }

  float dequantized(byte bits) {
    return (valueOf(bits) - zeroPoint) * scale;
  }

  byte quantized(float value) {
    // What is not a number becomes 0 here.
    int nearest = (int) Math.rint((double) (value / scale));
    return (byte) (Math.clamp(nearest, least(), most()) + zeroPoint);
  }
}

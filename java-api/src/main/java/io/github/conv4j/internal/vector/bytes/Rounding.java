package io.github.conv4j.internal.vector.bytes;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;

/**
 * How floats become bytes.
 *
 * @param scale that they are divided by
 * @param low a float times this, not rounded, is no larger in magnitude than its rounded quotient
 * @param high a float times this, not rounded, is no smaller in magnitude than its rounded quotient
 * @param zeroPoint that is added to what is rounded
 * @param least of the rounded numbers, before the zero point is added
 * @param most of the rounded numbers, before the zero point is added
 * @param ofNaN what NaN becomes, before the zero point is added
 * @param swishes whether hard swish is applied to the floats first, where bytes are made of sums
 * @param slope what its results are multiplied by
 * @param offset what is added to these products
 */
public record Rounding(
    float scale,
    float low,
    float high,
    int zeroPoint,
    int least,
    int most,
    int ofNaN,
    boolean swishes,
    float slope,
    float offset) {
  /**
   * A quotient is rounded by a share of less than 2^-24, and so is each factor; the rest is room.
   */
  private static final double WIDTH = 0x1.2p-23;

  /** Added to any float, the sign of zero included, it changes none. */
  private static final float NOTHING = -0f;

  /** Beyond these, reciprocals or factors would lose bits. */
  private static final float MOST_SCALE = 0x1p125f;

  private static final float LEAST_SCALE = 0x1p-125f;

  /** All that a type holds, as {@link Quantization#quantize} rounds to it. */
  public static Rounding of(Quantization quantization, DataType dst) {
    int zeroPoint = quantization.dstZeroPoint();
    float scale = quantization.dstScale();
    return new Rounding(
        scale,
        factor(scale, -WIDTH),
        factor(scale, WIDTH),
        zeroPoint,
        dst.least() - zeroPoint,
        dst.most() - zeroPoint,
        0,
        false,
        1,
        NOTHING);
  }

  /** The same with other bounds. */
  public Rounding within(int newLeast, int newMost, int newOfNaN) {
    return new Rounding(
        scale, low, high, zeroPoint, newLeast, newMost, newOfNaN, swishes, slope, offset);
  }

  /** The same after a hard swish. */
  public Rounding swishing() {
    return swishing(1, NOTHING);
  }

  /** The same after a hard swish, multiplied and moved. */
  public Rounding swishing(float newSlope, float newOffset) {
    return new Rounding(scale, low, high, zeroPoint, least, most, ofNaN, true, newSlope, newOffset);
  }

  /** NaN where no factor does. */
  private static float factor(float scale, double more) {
    if (scale < LEAST_SCALE || scale > MOST_SCALE) {
      return Float.NaN;
    }
    double reciprocal = 1.0 / scale;
    // Of a power of two there is nothing to round.
    return (float) reciprocal == reciprocal
        ? (float) reciprocal
        : (float) (reciprocal * (1 + more));
  }
}

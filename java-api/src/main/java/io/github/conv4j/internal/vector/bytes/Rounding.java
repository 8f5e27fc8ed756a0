package io.github.conv4j.internal.vector.bytes;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;

/**
 * How floats become bytes.
 *
 * @param scale that they are divided by
 * @param zeroPoint that is added to what is rounded
 * @param least of the rounded numbers, before the zero point is added
 * @param most of the rounded numbers, before the zero point is added
 * @param ofNaN what NaN becomes, before the zero point is added
 */
public record Rounding(float scale, int zeroPoint, int least, int most, int ofNaN) {
  /** All that a type holds, as {@link Quantization#quantize} rounds to it. */
  public static Rounding of(Quantization quantization, DataType dst) {
    int zeroPoint = quantization.dstZeroPoint();
    return new Rounding(
        quantization.dstScale(), zeroPoint, dst.least() - zeroPoint, dst.most() - zeroPoint, 0);
  }
}

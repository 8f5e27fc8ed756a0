package io.github.conv4j.internal.reference;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import org.jspecify.annotations.Nullable;

/**
 * What the steps that {@link ConvolutionTypes} lists make of an integer sum: sums are integers
 * below 2^53, exact in double.
 */
final class QuantizedOutputs implements Outputs {
  private final DataType dst;
  private final boolean writesSums;
  private final Quantization quantization;
  private final float @Nullable [] bias;
  private final Epilogue epilogue;

  /**
   * Begins.
   *
   * @param bias what is added after the scales; null where that is nothing
   */
  QuantizedOutputs(
      Convolution convolution, ConvolutionTypes types, float @Nullable [] bias, Epilogue epilogue) {
    this.dst = types.dst();
    this.writesSums = types.writesSums(convolution);
    this.quantization = convolution.quantization();
    this.bias = bias;
    this.epilogue = epilogue;
  }

  @Override
  public double of(double sum, int channel, int index, float[][] runOperands) {
    if (writesSums) {
      return Math.clamp(sum, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    float x = (float) sum * (quantization.srcScale() * quantization.weightsScale(channel));
    if (bias != null) {
      x += bias[channel];
    }
    x = epilogue.applyInFloat(x, channel, index, runOperands);
    return switch (dst) {
      case U8, S8 ->
          Quantization.quantize(x, quantization.dstScale(), quantization.dstZeroPoint(), dst);
      case S32 -> (int) Math.rint((double) x);
      case F32, BF16, F16 -> x;
    };
  }
}

package io.github.conv4j;

import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalization at inference, an affine function a channel: {@code y[c] = scale[c] * (x[c] -
 * mean[c]) / sqrt(variance[c] + epsilon) + shift[c]}. After a convolution it costs nothing once
 * {@link #fold folded} into the weights and the bias.
 *
 * <p><b>Memory.</b> Keeps copies of the arrays. <b>Threads.</b> Immutable. <b>Errors.</b> Arrays of
 * different lengths, and a variance that is not above {@code -epsilon}, are refused with {@link
 * IllegalArgumentException}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BatchNormalization.html">ONNX
 *     BatchNormalization</a>
 */
public final class BatchNormalization {
  private final double[] factors;
  private final double[] offsets;

  private BatchNormalization(double[] factors, double[] offsets) {
    this.factors = factors;
    this.offsets = offsets;
  }

  /**
   * Takes the numbers of a trained network, one a channel.
   *
   * @param scale also called gamma or weight; null for ones
   * @param shift also called beta or bias; null for zeros
   * @param epsilon 1e-5 in ONNX and PyTorch
   */
  public static BatchNormalization of(
      float @Nullable [] scale,
      float @Nullable [] shift,
      float[] mean,
      float[] variance,
      double epsilon) {
    int channels = Objects.requireNonNull(mean, "mean").length;
    requireLength(variance, channels, "variance");
    requireLength(scale, channels, "scale");
    requireLength(shift, channels, "shift");
    double[] factors = new double[channels];
    double[] offsets = new double[channels];
    for (int c = 0; c < channels; c++) {
      double spread = variance[c] + epsilon;
      if (!(spread > 0)) {
        throw new IllegalArgumentException(
            "variance + epsilon must be positive but is %s + %s in channel %d"
                .formatted(variance[c], epsilon, c));
      }
      factors[c] = (scale == null ? 1 : scale[c]) / Math.sqrt(spread);
      offsets[c] = (shift == null ? 0 : shift[c]) - factors[c] * mean[c];
    }
    return new BatchNormalization(factors, offsets);
  }

  private static void requireLength(float @Nullable [] values, int channels, String name) {
    if (values != null && values.length != channels) {
      throw new IllegalArgumentException(
          "%s must have one number a channel, %d like mean, but has %d"
              .formatted(name, channels, values.length));
    }
  }

  /** Returns how many channels are normalized. */
  public int channels() {
    return factors.length;
  }

  /**
   * A convolution that normalizes, too.
   *
   * <p><b>Memory.</b> Weights and bias that {@link #fold} returns belong to its arena, operands to
   * whoever gave them. <b>Threads.</b> Immutable, as long as nobody writes to the parameters.
   * <b>Errors.</b> A null is refused with {@link NullPointerException}.
   *
   * @param convolution with a bias
   * @param parameters its weights, bias and operands
   */
  public record Folded(Convolution convolution, Parameters parameters) {
    /** Checks that both are given. */
    public Folded {
      Objects.requireNonNull(convolution, "convolution");
      Objects.requireNonNull(parameters, "parameters");
    }
  }

  /**
   * Folds this normalization of a convolution's result, before post-ops, into its parameters. The
   * convolution may have groups, be transposed, or have no bias; what is returned has one.
   *
   * <p><b>Memory.</b> New weights and a new bias in {@code arena}; operands of post-ops are passed
   * on as they are.
   *
   * @throws IllegalArgumentException if the channels are not the convolution's output channels, or
   *     the parameters not the convolution's
   */
  public Folded fold(Convolution convolution, Parameters parameters, Arena arena) {
    if (convolution.outChannels() != channels()) {
      throw new IllegalArgumentException(
          "%d channels are normalized but %s has %d output channels"
              .formatted(channels(), convolution, convolution.outChannels()));
    }
    Shape shape = convolution.weightsShape();
    Tensor given = parameters.weights();
    if (!given.spec().shape().equals(shape)) {
      throw new IllegalArgumentException(
          "weights must have shape %s but are %s (%s)".formatted(shape, given, convolution));
    }
    Tensor givenBias = parameters.bias();
    if (convolution.hasBias() != (givenBias != null)) {
      throw new IllegalArgumentException(
          "%s and bias %s do not go together".formatted(convolution, givenBias));
    }
    float[] weights = given.toFloatArray();
    int kernelSize = Math.toIntExact(shape.elementCount() / shape.dim(0) / shape.dim(1));
    for (int i = 0; i < weights.length; i++) {
      int row = i / kernelSize;
      weights[i] = (float) (weights[i] * factors[channel(convolution, row)]);
    }
    float[] bias = givenBias == null ? new float[channels()] : givenBias.toFloatArray();
    for (int c = 0; c < bias.length; c++) {
      bias[c] = (float) (bias[c] * factors[c] + offsets[c]);
    }
    Convolution biased = convolution.toBuilder().bias(true).build();
    return new Folded(
        biased, Parameters.of(biased, weights, bias, arena).withOperands(parameters.operands()));
  }

  /** Returns the output channel of a kernel, of those in the order of the weights. */
  private static int channel(Convolution convolution, int row) {
    long second = convolution.weightsShape().dim(1);
    long outer = row / second;
    if (!convolution.isTransposed()) {
      return (int) outer;
    }
    long inPerGroup = convolution.inChannels() / convolution.groups();
    return (int) (outer / inPerGroup * second + row % second);
  }
}

package io.github.conv4j;

import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one convolution and, where it has them, its bias and the operands of its post-ops.
 *
 * <p><b>Memory.</b> Keeps tensors, not their bytes, which live as long as their arenas.
 * <b>Threads.</b> Immutable. <b>Errors.</b> Arrays of a wrong length are refused with {@link
 * IllegalArgumentException}.
 *
 * @param weights shape {@link Convolution#weightsShape()}
 * @param bias shape {@code [oc]}, null where the convolution has no bias
 * @param operands one tensor for each of {@link PostOps#requestOperands}, in order
 */
public record Parameters(Tensor weights, @Nullable Tensor bias, List<Tensor> operands) {
  /** Checks that there are weights. */
  public Parameters {
    Objects.requireNonNull(weights, "weights");
    operands = List.copyOf(operands);
  }

  /** Holds the parameters of a convolution whose post-ops take no tensor of the request. */
  public Parameters(Tensor weights, @Nullable Tensor bias) {
    this(weights, bias, List.of());
  }

  /** Returns the same parameters with tensors for {@link PostOps#requestOperands}, in order. */
  public Parameters withOperands(List<Tensor> tensors) {
    return new Parameters(weights, bias, tensors);
  }

  /**
   * Copies arrays into new tensors.
   *
   * @param weights in row-major order of {@link Convolution#weightsShape()}
   * @param bias one number an output channel; null where the convolution has no bias
   * @throws IllegalArgumentException if a length is wrong
   */
  public static Parameters of(
      Convolution convolution, float[] weights, float @Nullable [] bias, Arena arena) {
    Tensor weightsTensor =
        Tensor.ofFloats(TensorSpec.weights(convolution.weightsShape()), weights, arena);
    Tensor biasTensor =
        bias == null
            ? null
            : Tensor.ofFloats(TensorSpec.bias(convolution.outChannels()), bias, arena);
    return new Parameters(weightsTensor, biasTensor);
  }
}

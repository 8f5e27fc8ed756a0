package io.github.conv4j.internal.prepared;

import io.github.conv4j.Convolution;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;

/** Requests of problems for which it matters only how large they are. */
public final class Requests {
  private Requests() {}

  /** Returns one of a problem of two axes, channels last, whose weights and bias are zeros. */
  public static PrepareRequest withZeros(Problem problem, Arena arena) {
    Convolution c = problem.convolution();
    Parameters parameters =
        Parameters.of(
            c,
            new float[(int) c.weightsShape().elementCount()],
            new float[(int) c.outChannels()],
            arena);
    return PrepareRequest.of(
        ConvolutionRequest.of(c, TensorSpec.f32(Layout.NHWC, problem.src().dims()))
            .withDst(TensorSpec.f32(Layout.NHWC, problem.dst().dims()))
            .withParameters(parameters.weights(), parameters.bias()));
  }
}

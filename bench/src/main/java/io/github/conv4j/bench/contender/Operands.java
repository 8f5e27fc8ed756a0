package io.github.conv4j.bench.contender;

import io.github.conv4j.PostOp;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Numbers for the operands of post-ops, the same for every engine: from a half to one and a half,
 * so that nothing is divided by zero.
 */
public final class Operands {
  private Operands() {}

  /** Returns a tensor for each operand of the request. */
  public static List<Tensor> ofRequest(Problem problem, Arena arena) {
    List<Tensor> tensors = new ArrayList<>();
    for (PostOp.Operand operand : problem.convolution().postOps().requestOperands()) {
      TensorSpec spec =
          operand.extent() == PostOp.Extent.FULL
              ? TensorSpec.weights(problem.dst())
              : TensorSpec.bias(problem.dst().dim(1));
      tensors.add(filled(spec, tensors.size(), arena));
    }
    return tensors;
  }

  /** Returns a tensor for each operand that is given at each run. */
  public static List<Tensor> ofRun(List<TensorSpec> specs, Arena arena) {
    List<Tensor> tensors = new ArrayList<>();
    for (TensorSpec spec : specs) {
      tensors.add(filled(spec, -1 - tensors.size(), arena));
    }
    return tensors;
  }

  private static Tensor filled(TensorSpec spec, long seed, Arena arena) {
    var random = new SplittableRandom(seed);
    float[] values = new float[Math.toIntExact(spec.shape().elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(0.5, 1.5);
    }
    return Tensor.ofFloats(spec, values, arena);
  }
}

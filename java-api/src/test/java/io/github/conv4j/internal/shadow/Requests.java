package io.github.conv4j.internal.shadow;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Requests for problems, with random parameters. */
final class Requests {
  private Requests() {}

  static ConvolutionRequest of(Problem problem, Layout layout, Arena arena) {
    Convolution convolution = problem.convolution();
    TensorSpec weights =
        TensorSpec.weights(convolution.weightsShape()).withDataType(problem.types().weights());
    TensorSpec bias =
        TensorSpec.bias(convolution.outChannels()).withDataType(problem.types().bias());
    List<Tensor> operands = new ArrayList<>();
    for (var operand : convolution.postOps().requestOperands()) {
      TensorSpec dst = TensorSpec.of(DataType.F32, layout, problem.dst());
      operands.add(filled(ConvolutionRequest.runOperandSpec(operand, dst), 7, arena));
    }
    return ConvolutionRequest.of(
            convolution, TensorSpec.of(problem.types().src(), layout, problem.src()))
        .withDst(TensorSpec.of(problem.types().dst(), layout, problem.dst()))
        .withParameters(
            filled(weights, 1, arena), convolution.hasBias() ? filled(bias, 2, arena) : null)
        .withOperands(operands);
  }

  /** A tensor of numbers between -1 and 1, or of small integers. */
  static Tensor filled(TensorSpec spec, long seed, Arena arena) {
    var random = new Random(seed);
    int count = (int) spec.shape().elementCount();
    if (spec.dataType().isInteger()) {
      int[] values = new int[count];
      for (int i = 0; i < count; i++) {
        values[i] = random.nextInt(spec.dataType() == DataType.U8 ? 0 : -9, 10);
      }
      return Tensor.ofInts(spec, values, arena);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return Tensor.ofFloats(spec, values, arena);
  }
}

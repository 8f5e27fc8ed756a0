package io.github.conv4j.internal.auto;

import io.github.conv4j.PostOp;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.tensor.Tensor;
import java.util.List;

/** Post-ops by their definition, for single outputs. */
final class SampledPostOps {
  private final List<PostOp> postOps;
  private final List<Tensor> requestOperands;
  private final Tensor[] runOperands;

  SampledPostOps(PrepareRequest request, Tensor[] runOperands) {
    this.postOps = request.convolution().postOps().list();
    this.requestOperands = request.operands();
    this.runOperands = runOperands;
  }

  /**
   * Tells whether an output may be right.
   *
   * @param sum what the post-ops begin with
   * @param sumError how far that may be off
   */
  boolean mayBe(float output, double sum, double sumError, long[] position) {
    double x = sum;
    double error = sumError;
    int request = 0;
    int run = 0;
    for (PostOp postOp : postOps) {
      double operand = 0;
      if (postOp instanceof PostOp.Binary binary) {
        operand =
            switch (binary.operand().origin()) {
              case DESCRIPTION -> binary.operand().value();
              case REQUEST -> at(binary.operand(), requestOperands.get(request++), position);
              case RUN -> at(binary.operand(), runOperands[run++], position);
            };
      }
      error = ErrorBound.after(postOp, x, operand, error);
      x = postOp.apply(x, operand);
    }
    return error == Double.POSITIVE_INFINITY
        || Float.compare(output, (float) x) == 0
        || Math.abs(output - x) <= error + Math.ulp((float) x);
  }

  private static double at(PostOp.Operand operand, Tensor tensor, long[] position) {
    return switch (operand.extent()) {
      case SCALAR -> tensor.getFloat(0);
      case PER_CHANNEL -> tensor.getFloat(position[1]);
      case FULL -> tensor.getFloat(position);
    };
  }
}

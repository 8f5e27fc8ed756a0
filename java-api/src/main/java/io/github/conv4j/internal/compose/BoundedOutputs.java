package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOp;
import io.github.conv4j.internal.vector.bytes.Rounding;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import org.jspecify.annotations.Nullable;

/**
 * Post-ops before outputs become bytes that come to no more than an addend, or a hard swish that is
 * multiplied and moved, and bounds: dividing and rounding keep the order of numbers, so that bounds
 * can wait until there are integers.
 *
 * @param addend the number of the tensor that is added first; negative for none
 * @param rounding with the bounds
 */
record BoundedOutputs(int addend, Rounding rounding) {
  static final int NONE = -1;

  /** Returns null where post-ops do something else. */
  static @Nullable BoundedOutputs of(
      PostOpPlan.Stage[] stages, Quantization quantization, DataType dst) {
    double[] bounds = {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN};
    int addend = NONE;
    Rounding all = Rounding.of(quantization, dst);
    for (int i = 0; i < stages.length; i++) {
      if (i == 0 && isAddend(stages[0])) {
        addend = stages[0].tensor();
      } else if (i == 0 && isOf(stages[0], PostOp.Function.HARD_SWISH)) {
        all = all.swishing();
      } else if (i == 1 && all.swishes() && isOf(stages[1], PostOp.Function.LINEAR)) {
        var linear = (PostOp.Eltwise) stages[1].postOp();
        all = all.swishing(linear.alpha(), linear.beta());
      } else if (stages[i].postOp() instanceof PostOp.Eltwise eltwise && isBound(eltwise)) {
        PostOpLoops.apply(eltwise, bounds, bounds.length);
      } else {
        return null;
      }
    }
    return new BoundedOutputs(
        addend,
        all.within(
            rounded((float) bounds[0], all),
            rounded((float) bounds[1], all),
            rounded((float) bounds[2], all)));
  }

  private static boolean isAddend(PostOpPlan.Stage stage) {
    return stage.postOp() instanceof PostOp.Binary binary
        && binary.operation() == PostOp.Operation.ADD
        && binary.operand().origin() == PostOp.Origin.RUN
        && binary.operand().extent() == PostOp.Extent.FULL;
  }

  private static boolean isOf(PostOpPlan.Stage stage, PostOp.Function function) {
    return stage.postOp() instanceof PostOp.Eltwise eltwise && eltwise.function() == function;
  }

  private static boolean isBound(PostOp.Eltwise eltwise) {
    return switch (eltwise.function()) {
      case RELU -> eltwise.alpha() == 0;
      case CLIP -> true;
      default -> false;
    };
  }

  /** NaN becomes 0, and so the zero point. */
  private static int rounded(float bound, Rounding all) {
    float quotient = bound / all.scale();
    return Float.isNaN(quotient)
        ? all.ofNaN()
        : (int) Math.clamp(Math.rint((double) quotient), all.least(), all.most());
  }
}

package io.github.conv4j.onednn;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.reference.SafeLoops;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A way that was chosen for a problem, whatever its weights are. Remembers how it was explained,
 * which takes longer to write than to prepare it again.
 */
final class Choice {
  private final Way way;
  private final NativeProblem problem;
  private final TensorSpec src;
  private final TensorSpec dst;
  private volatile @Nullable Explanation explanation;

  /**
   * Creates a choice.
   *
   * @param src the part of the request's src that takes part
   * @param dst the part of the request's dst that takes part
   */
  Choice(Way way, NativeProblem problem, TensorSpec src, TensorSpec dst) {
    this.way = way;
    this.problem = problem;
    this.src = src;
    this.dst = dst;
  }

  Way way() {
    return way;
  }

  NativeProblem problem() {
    return problem;
  }

  TensorSpec src() {
    return src;
  }

  TensorSpec dst() {
    return dst;
  }

  /** Whether it is right for such weights: oneDNN multiplies them with padding. */
  boolean takes(Tensor weights) {
    return !problem.pads() || SafeLoops.allFinite(weights);
  }

  /** Returns the explanation of the first who prepares this; writes it where nobody did. */
  Explanation explanation(Supplier<Explanation> write) {
    Explanation known = explanation;
    if (known == null) {
      known = write.get();
      explanation = known;
    }
    return known;
  }
}

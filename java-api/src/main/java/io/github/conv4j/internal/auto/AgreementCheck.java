package io.github.conv4j.internal.auto;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose results are right.
 *
 * <p>Each result is compared with the {@link SampledDefinition} at some evenly spread outputs, and
 * with the results before it at many more; where two differ there, the definition decides.
 * Evaluating it costs some milliseconds however large the problem is. Where a single output sums so
 * many products that even this would take long, whoever comes first is taken as right. With
 * post-ops, whose effect on an error depends on the sum, results are compared with the definition
 * only.
 */
final class AgreementCheck {
  private static final long MOST_PRODUCTS = 1L << 21;
  private static final int MOST_SPREAD = 1_024;
  private static final int MOST_APART = 64;

  private final SampledOutputs outputs;
  private final SampledDefinition definition;
  private final Tensor dst;
  private final Map<Integer, Float> known = new HashMap<>();
  private final int most;
  private final int[] spread;
  private final Accuracy accuracy;
  private final @Nullable SampledPostOps postOps;

  /** The sums at {@link #spread}, where there are post-ops. */
  private double @Nullable [] sums;

  /** Prepares to compare results that engines compute from {@code src} into {@code dst}. */
  AgreementCheck(PrepareRequest request, Accuracy accuracy, Tensor src, Tensor dst) {
    this(request, accuracy, src, dst, new Tensor[0]);
  }

  /**
   * Prepares to compare results that engines compute from {@code src} into {@code dst}.
   *
   * @param operands what post-ops are given at each run
   */
  AgreementCheck(
      PrepareRequest request, Accuracy accuracy, Tensor src, Tensor dst, Tensor[] operands) {
    this.accuracy = accuracy;
    this.postOps =
        request.convolution().postOps().isEmpty() ? null : new SampledPostOps(request, operands);
    Convolution c = request.convolution();
    float[] weights = CopiedWeights.of(c, request.weights());
    this.outputs = SampledOutputs.of(request, accuracy, weights);
    this.definition = new SampledDefinition(request, src, weights);
    this.dst = dst;
    this.most = (int) Math.min(MOST_SPREAD, MOST_PRODUCTS / SampledDefinition.products(c));
    int count = Math.min(most, outputs.count());
    this.spread = new int[count];
    for (int i = 0; i < count; i++) {
      spread[i] =
          i == count - 1 && count > 1
              ? outputs.count() - 1
              : (int) ((long) i * outputs.count() / count);
    }
  }

  /** Copies the outputs that are compared. */
  float[] read() {
    return outputs.read(dst);
  }

  /** Tells whether a result is what the definition says, where that was evaluated. */
  boolean isRight(float[] result) {
    return postOps == null
        ? outputs.agreeAt(spread, expected(spread), result, false)
        : isRightAfter(postOps, result);
  }

  private boolean isRightAfter(SampledPostOps all, float[] result) {
    double[] known = sums;
    if (known == null) {
      known = new double[spread.length];
      for (int i = 0; i < known.length; i++) {
        known[i] = definition.sumAt(outputs.position(spread[i]));
      }
      sums = known;
    }
    double least = 0;
    if (accuracy == Accuracy.RELAXED) {
      double squares = 0;
      for (double sum : known) {
        squares += sum * sum;
      }
      least = SampledOutputs.permittedRelaxed(Math.sqrt(squares / known.length));
    }
    for (int i = 0; i < known.length; i++) {
      double error = Math.max(least, 2 * outputs.permitted(spread[i]));
      if (!all.mayBe(result[spread[i]], known[i], error, outputs.position(spread[i]))) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether two results may both be right. */
  boolean agree(float[] a, float[] b) {
    return postOps != null || outputs.agree(a, b);
  }

  /** Tells whether a result is right just where it differs from another. */
  boolean isRightWhereApart(float[] result, float[] other) {
    int[] apart = outputs.whereApart(result, other, Math.min(most, MOST_APART));
    return outputs.agreeAt(apart, expected(apart), result, true);
  }

  /** Whether the definition can be evaluated at all. */
  boolean canDecide() {
    return most > 0;
  }

  private float[] expected(int[] chosen) {
    float[] values = new float[chosen.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = known.computeIfAbsent(chosen[i], index -> definition.at(outputs.position(index)));
    }
    return values;
  }
}

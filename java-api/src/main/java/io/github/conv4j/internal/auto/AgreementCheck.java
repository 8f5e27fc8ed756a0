package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineFailureException;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides whose results are right.
 *
 * <p>Results that agree with each other form a group. If more than half of all candidates are in
 * one group, it is right. Otherwise the naive loops compute the problem and decide, unless it has
 * more than {@value MOST_PRODUCTS} products; then the group of the first candidate, the own choice
 * of the best engine, stays.
 */
final class AgreementCheck {
  static final long MOST_PRODUCTS = 1L << 27;

  private final PrepareRequest request;
  private final SampledOutputs sampled;

  AgreementCheck(PrepareRequest request, SampledOutputs sampled) {
    this.request = request;
    this.sampled = sampled;
  }

  /**
   * Returns whether each result is taken as right.
   *
   * @param results the sampled outputs of each candidate
   * @param src what they were computed from
   * @param scratch for the naive loops' result
   * @throws EngineFailureException if the naive loops agree with nobody
   */
  boolean[] check(List<float[]> results, Tensor src, Tensor scratch) {
    List<float[]> leaders = new ArrayList<>();
    int[] group = new int[results.size()];
    int[] sizes = new int[results.size()];
    for (int i = 0; i < group.length; i++) {
      group[i] = groupOf(results.get(i), leaders);
      sizes[group[i]]++;
    }
    int right = 0;
    while (right < leaders.size() && 2 * sizes[right] <= group.length) {
      right++;
    }
    if (right == leaders.size()) {
      if (request.convolution().multiplications(request.src().shape()) <= MOST_PRODUCTS) {
        return asTheLoops(results, src, scratch);
      }
      right = 0;
    }
    boolean[] isRight = new boolean[group.length];
    for (int i = 0; i < group.length; i++) {
      isRight[i] = group[i] == right;
    }
    return isRight;
  }

  private int groupOf(float[] result, List<float[]> leaders) {
    for (int i = 0; i < leaders.size(); i++) {
      if (sampled.agree(result, leaders.get(i))) {
        return i;
      }
    }
    leaders.add(result);
    return leaders.size() - 1;
  }

  private boolean[] asTheLoops(List<float[]> results, Tensor src, Tensor scratch) {
    float[] expected;
    try (var reference = Engines.named("reference");
        var loops =
            reference.prepare(
                request.convolution(),
                request.src(),
                request.dst(),
                request.weights(),
                request.bias())) {
      loops.execute(src, scratch);
      expected = sampled.read(scratch);
    }
    boolean[] isRight = new boolean[results.size()];
    boolean any = false;
    for (int i = 0; i < isRight.length; i++) {
      isRight[i] = sampled.agree(results.get(i), expected);
      any |= isRight[i];
    }
    if (!any) {
      throw new EngineFailureException(
          AutoEngine.NAME,
          request.problemText(),
          "choosing an implementation",
          "every implementation differs from the naive loops");
    }
    return isRight;
  }
}

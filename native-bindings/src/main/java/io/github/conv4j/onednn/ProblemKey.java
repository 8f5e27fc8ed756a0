package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOps;
import io.github.conv4j.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What oneDNN is told about a problem, and nothing else: descriptions that come to the same are
 * planned once. Cheap to make and to hash, since every prepare looks one up.
 */
final class ProblemKey {
  private final long[] numbers;
  private final PostOps postOps;
  private final PrimitiveTypes types;
  private final int hash;

  private ProblemKey(long[] numbers, PostOps postOps, PrimitiveTypes types) {
    this.types = types;
    this.numbers = numbers;
    this.postOps = postOps;
    this.hash = Arrays.hashCode(numbers);
  }

  static ProblemKey of(NativeProblem problem, TensorSpec src, TensorSpec dst) {
    Convolution convolution = problem.convolution();
    List<AxisPlan> axes = problem.axes();
    int rank = axes.size() + 2;
    long[] weightsDims = problem.weightsDims();
    long[] weightsStrides = problem.weightsStrides();
    var numbers = new long[2 + 4 * rank + 2 * weightsDims.length + 4 * axes.size()];
    numbers[0] = rank;
    numbers[1] =
        (problem.hasZeroPoint() ? 8 : 0)
            + (problem.addsToDst() ? 4 : 0)
            + (convolution.isTransposed() ? 2 : 0)
            + (convolution.hasBias() ? 1 : 0);
    int at = append(numbers, 2, src, rank);
    at = append(numbers, at, dst, rank);
    at = append(numbers, at, weightsDims);
    at = append(numbers, at, weightsStrides);
    for (int i = 0; i < axes.size(); i++) {
      AxisPlan axis = axes.get(i);
      numbers[at++] = axis.stride();
      numbers[at++] = axis.dilation();
      numbers[at++] = axis.begin();
      numbers[at++] = axis.end();
    }
    return new ProblemKey(numbers, convolution.postOps(), PrimitiveTypes.of(problem, src, dst));
  }

  private static int append(long[] numbers, int at, TensorSpec spec, int rank) {
    for (int i = 0; i < rank; i++) {
      numbers[at + i] = spec.shape().dim(i);
    }
    return append(numbers, at + rank, spec.strides());
  }

  private static int append(long[] numbers, int at, long[] values) {
    System.arraycopy(values, 0, numbers, at, values.length);
    return at + values.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProblemKey that
        && hash == that.hash
        && types == that.types
        && Arrays.equals(numbers, that.numbers)
        && postOps.equals(that.postOps);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}

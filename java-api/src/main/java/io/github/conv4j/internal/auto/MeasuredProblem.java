package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A problem with one src and one dst for all candidates, and what the first of them computed. */
final class MeasuredProblem {
  /** Prime, so that no step from element to element meets the same values again. */
  private static final int RANDOM_FLOATS = 65_521;

  private final long products;
  private final Tensor src;
  private final Tensor dst;
  private final Tensor[] operands;
  private final AgreementCheck check;
  private final MeasuringTurns turns;
  private @Nullable Way leader;
  private float[] leadersResult = {};

  MeasuredProblem(PrepareRequest request, Accuracy accuracy, MeasuringTurns turns, Arena arena) {
    this.products = request.convolution().multiplications(request.src().shape());
    this.src = Tensor.allocate(request.src(), arena);
    this.dst = Tensor.allocate(request.dst(), arena);
    fillWithRandomFloats(src);
    this.operands =
        PrepareRequest.runOperandSpecs(request.convolution(), request.dst()).stream()
            .map(spec -> Tensor.allocate(spec, arena))
            .toArray(Tensor[]::new);
    for (Tensor operand : operands) {
      fillWithRandomFloats(operand);
    }
    this.check = new AgreementCheck(request, accuracy, src, dst, operands);
    this.turns = turns;
  }

  long products() {
    return products;
  }

  Tensor src() {
    return src;
  }

  Tensor dst() {
    return dst;
  }

  /** What post-ops are given at each run. */
  Tensor[] operands() {
    return operands;
  }

  /**
   * Makes a candidate's first call and holds its result against the definition and the first
   * candidate's result.
   *
   * @return the way whose result is wrong: this candidate's or the first one's; null if neither is
   */
  @Nullable Way first(TimedCandidate candidate) throws InterruptedException {
    dst.fill(Float.NaN);
    turns.take(() -> candidate.first(src, dst));
    float[] result = check.read();
    Way way = candidate.way();
    if (!check.isRight(result)) {
      return way;
    }
    if (leader == null) {
      leader = way;
      leadersResult = result;
      return null;
    }
    if (check.agree(result, leadersResult)) {
      return null;
    }
    if (!check.canDecide() || !check.isRightWhereApart(result, leadersResult)) {
      return way;
    }
    return check.isRightWhereApart(leadersResult, result) ? null : leader;
  }

  /** Fills also the gaps between elements, which nobody reads. */
  private static void fillWithRandomFloats(Tensor tensor) {
    TensorSpec spec = tensor.spec();
    var random = new SplittableRandom(spec.shape().elementCount());
    float[] values = new float[RANDOM_FLOATS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    MemorySegment from = MemorySegment.ofArray(values);
    MemorySegment to = tensor.segment();
    for (long at = 0; at < to.byteSize(); at += from.byteSize()) {
      long byteSize = Math.min(from.byteSize(), to.byteSize() - at);
      MemorySegment.copy(from, 0, to, at, byteSize);
    }
  }
}

package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.ready.RandomFloats;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** A problem with one src and one dst for all candidates, and what the first of them computed. */
final class MeasuredProblem {
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
    RandomFloats.fill(src);
    this.operands =
        PrepareRequest.runOperandSpecs(request.convolution(), request.dst()).stream()
            .map(spec -> Tensor.allocate(spec, arena))
            .toArray(Tensor[]::new);
    for (Tensor operand : operands) {
      RandomFloats.fill(operand);
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
}

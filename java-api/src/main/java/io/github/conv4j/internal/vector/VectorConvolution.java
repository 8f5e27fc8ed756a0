package io.github.conv4j.internal.vector;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;

/** A convolution by a {@link Plan}. */
final class VectorConvolution extends CheckedConvolution<Scratch> {
  private final Plan plan;

  VectorConvolution(
      TensorSpec src,
      TensorSpec dst,
      Explanation explanation,
      Ledger ledger,
      int threads,
      Plan plan) {
    super(src, dst, explanation, ledger, threads, plan::newScratch, () -> {});
    this.plan = plan;
  }

  @Override
  protected void run(Scratch scratch, Tensor src, Tensor dst) {
    for (int part = 0; part < plan.partCount(); part++) {
      plan.runPart(part, scratch, src.segment(), dst.segment());
    }
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A convolution that another one computes between the same bytes, without a copy. */
public final class RewrittenConvolution extends CheckedConvolution<RewrittenConvolution.Nothing> {
  /** What a call claims here: the working memory is the other's. */
  static final class Nothing implements AutoCloseable {
    @Override
    public void close() {}
  }

  private final PreparedConvolution inner;

  private RewrittenConvolution(
      PrepareRequest request, PreparedConvolution inner, Explanation explanation, Ledger ledger) {
    super(request.src(), request.dst(), explanation, ledger, Nothing::new, inner);
    this.inner = inner;
  }

  /**
   * Takes ownership of the convolution that computes.
   *
   * @param request what was asked, with settled layouts
   * @param inner of the same ledger, prepared for an equal request over the same bytes
   */
  public static PreparedConvolution of(
      String engine, Ledger ledger, PrepareRequest request, PreparedConvolution inner) {
    try {
      List<Explanation.Stage> stages = new ArrayList<>();
      stages.add(
          Explanation.Stage.of(
              "seen as " + inner.explain().problem(), "no copy", request.src(), inner.src()));
      stages.addAll(inner.explain().stages());
      var explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(inner.explain().warnings());
      return new RewrittenConvolution(request, inner, explanation, ledger);
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  @Override
  protected void run(Nothing nothing, Tensor src, Tensor dst) {
    executeStage(inner, src, dst);
  }
}

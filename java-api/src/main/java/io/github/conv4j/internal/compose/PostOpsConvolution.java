package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution without post-ops, then a pass over dst that applies them: for what an engine cannot
 * do while it writes.
 */
public final class PostOpsConvolution extends CheckedConvolution<PostOpsPass.Scratch> {
  private final PreparedConvolution plain;
  private final PostOpsPass pass;

  private PostOpsConvolution(
      PrepareRequest request,
      PreparedConvolution plain,
      PostOpsPass pass,
      Explanation explanation,
      Ledger ledger) {
    super(
        plain.src(),
        plain.dst(),
        PrepareRequest.runOperandSpecs(request.convolution(), plain.dst()),
        explanation,
        ledger,
        pass::newScratch,
        plain);
    this.plain = plain;
    this.pass = pass;
  }

  /**
   * Takes ownership of the convolution without post-ops; returns it if none are asked.
   *
   * @param request what was asked
   * @param plain of the same ledger, prepared for {@link PrepareRequest#withoutPostOps}
   */
  public static PreparedConvolution of(
      String engine, Ledger ledger, PrepareRequest request, PreparedConvolution plain) {
    PostOps postOps = request.convolution().postOps();
    if (postOps.isEmpty()) {
      return plain;
    }
    try {
      var pass = new PostOpsPass(postOps, request.operands(), plain.dst());
      List<Explanation.Stage> stages = new ArrayList<>(plain.explain().stages());
      stages.add(
          Explanation.Stage.of("post-ops " + postOps, "java:pass", plain.dst(), plain.dst())
              .withWeights("row-major", pass.constantsByteSize())
              .withScratchpad(pass.scratchByteSize()));
      var explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(plain.explain().warnings());
      return new PostOpsConvolution(request, plain, pass, explanation, ledger);
    } catch (Throwable e) {
      plain.close();
      throw e;
    }
  }

  @Override
  protected void run(PostOpsPass.Scratch scratch, Tensor src, Tensor dst) {
    run(scratch, src, dst, NO_OPERANDS);
  }

  @Override
  protected void run(PostOpsPass.Scratch scratch, Tensor src, Tensor dst, Tensor[] operands) {
    executeStage(plain, src, dst);
    pass.run(dst, operands, scratch);
  }
}

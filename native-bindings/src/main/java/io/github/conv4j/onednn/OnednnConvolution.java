package io.github.conv4j.onednn;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.util.List;

/** A convolution that one oneDNN primitive computes in place. */
final class OnednnConvolution extends CheckedConvolution<CallSlot> {
  private final String problem;

  private OnednnConvolution(
      Explanation explanation, Ledger ledger, int threads, PackedConvolution packed) {
    super(
        packed.compiled().src(),
        packed.compiled().dst(),
        explanation,
        ledger,
        threads,
        () -> new CallSlot(packed),
        packed);
    this.problem = explanation.problem();
  }

  /** Takes over one use of {@code compiled}. */
  static OnednnConvolution prepare(
      CompiledConvolution compiled,
      NativeProblem problem,
      PrepareRequest request,
      String problemText,
      Ledger ledger,
      int threads) {
    var packed = new PackedConvolution(compiled, problem, request);
    try {
      var stage =
          new Explanation.Stage(
              problem.convolution().isTransposed() ? "transposed convolution" : "convolution",
              compiled.implementation().name(),
              compiled.src(),
              compiled.dst(),
              compiled.weightsLayout(),
              compiled.weightsByteSize(),
              compiled.scratchpadByteSize());
      var explanation =
          new Explanation(
              OnednnEngine.NAME, problemText, List.of(stage), compiled.implementation().warnings());
      return new OnednnConvolution(explanation, ledger, threads, packed);
    } catch (Throwable e) {
      packed.close();
      throw e;
    }
  }

  @Override
  protected void run(CallSlot slot, Tensor src, Tensor dst) {
    try {
      slot.execute(src.segment(), dst.segment());
    } catch (DnnlStatusException e) {
      throw e.forProblem(problem);
    }
  }
}

package io.github.conv4j.onednn;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PartedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.Sharing;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/** A convolution that oneDNN primitives compute in place: one, or one for each part. */
final class OnednnConvolution extends PartedConvolution<CallSlot> {
  private final String problem;

  private OnednnConvolution(Explanation explanation, Ledger ledger, PartedPrimitives primitives) {
    super(
        primitives.whole().compiled().src(),
        primitives.whole().compiled().dst(),
        explanation,
        ledger,
        primitives.partCount(),
        slots(primitives, explanation.problem()),
        primitives);
    this.problem = explanation.problem();
  }

  /** Takes over one use of {@code compiled}. */
  static OnednnConvolution prepare(
      CompiledConvolution compiled,
      NativeProblem problem,
      PrepareRequest request,
      String problemText,
      Ledger ledger) {
    var primitives = new PartedPrimitives(compiled, problem, request);
    try {
      int threads = ledger.budget().threads();
      if (Sharing.leastParts(request, threads) > 1 && !compiled.isSlow()) {
        primitives.cut(problem, request, threads);
      }
      var stage =
          Explanation.Stage.of(
                  (problem.convolution().isTransposed() ? "transposed convolution" : "convolution")
                      + primitives.partsText(),
                  compiled.implementation().name(),
                  compiled.src(),
                  compiled.dst())
              .withWeights(compiled.weightsLayout(), primitives.weightsByteSize())
              .withScratchpad(primitives.scratchpadByteSize());
      var explanation =
          Explanation.of(OnednnEngine.NAME, problemText, List.of(stage))
              .withWarnings(compiled.warnings());
      return new OnednnConvolution(explanation, ledger, primitives);
    } catch (Throwable e) {
      primitives.close();
      throw e;
    }
  }

  private static Supplier<CallSlot> slots(PartedPrimitives primitives, String problem) {
    return () -> {
      try {
        return new CallSlot(primitives);
      } catch (DnnlStatusException e) {
        throw e.forProblem(problem);
      }
    };
  }

  @Override
  protected void runAlone(CallSlot slot, MemorySegment src, MemorySegment dst) {
    try {
      slot.execute(src, dst);
    } catch (DnnlStatusException e) {
      throw e.forProblem(problem);
    }
  }

  @Override
  protected void runPart(int part, CallSlot slot, MemorySegment src, MemorySegment dst) {
    try {
      slot.executePart(part, src, dst);
    } catch (DnnlStatusException e) {
      throw e.forProblem(problem);
    }
  }

  @Override
  protected MemorySegment unconfined(MemorySegment segment) {
    return NativeAccess.unconfined(segment);
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** A convolution on dense channels-last copies, for an engine that computes in that layout only. */
public final class ReorderedConvolution {
  private ReorderedConvolution() {}

  /**
   * Prepares the composition; the request's layouts are plain or strided.
   *
   * @param channelsLast whether the copies have their channels last, else first
   */
  public static PreparedConvolution prepare(
      Engine engine, Ledger ledger, PrepareRequest request, boolean channelsLast) {
    PreparedConvolution inner =
        engine.prepare(
            request.convolution(),
            copied(request.src(), channelsLast),
            copied(request.dst(), channelsLast),
            request.weights(),
            request.bias());
    try {
      List<Explanation.Stage> stages = new ArrayList<>();
      stages.add(reorder(request.src(), inner.src(), inner.src().byteSize()));
      stages.addAll(inner.explain().stages());
      stages.add(reorder(inner.dst(), request.dst(), inner.dst().byteSize()));
      var explanation =
          Explanation.of(engine.name(), request.problemText(), stages)
              .withWarnings(inner.explain().warnings());
      try (var program = new ProgramBuilder(0)) {
        int src = program.temporary(inner.src().byteSize());
        int dst = program.temporary(inner.dst().byteSize());
        program.step(new Reorder(request.src(), inner.src()), Program.SRC, src);
        PreparedProgram.inline(inner, ledger, program, src, dst);
        program.step(new Reorder(inner.dst(), request.dst()), dst, Program.DST);
        return PreparedProgram.of(
            request.src(), request.dst(), List.of(), explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  private static Explanation.Stage reorder(TensorSpec from, TensorSpec to, long bufferByteSize) {
    return Explanation.Stage.of("reorder", "java:copy", from, to).withScratchpad(bufferByteSize);
  }

  private static TensorSpec copied(TensorSpec spec, boolean channelsLast) {
    int rank = spec.shape().rank();
    return spec.withLayout(channelsLast ? Layout.channelsLast(rank) : Layout.channelsFirst(rank));
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** A convolution on dense channels-last copies, for an engine that computes in that layout only. */
public final class ReorderedConvolution extends CheckedConvolution<Buffers> {
  private final PreparedConvolution inner;
  private final Reorder in;
  private final Reorder out;

  private ReorderedConvolution(
      PrepareRequest request, PreparedConvolution inner, Explanation explanation, Ledger ledger) {
    super(
        request.src(),
        request.dst(),
        explanation,
        ledger,
        () -> new Buffers(List.of(inner.src(), inner.dst()), Reorder.newSquares()),
        inner);
    this.inner = inner;
    this.in = new Reorder(request.src(), inner.src());
    this.out = new Reorder(inner.dst(), request.dst());
  }

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
      return new ReorderedConvolution(request, inner, explanation, ledger);
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

  @Override
  protected void run(Buffers buffers, Tensor src, Tensor dst) {
    in.run(src, buffers.get(0), buffers.squares());
    executeStage(inner, buffers.get(0), buffers.get(1));
    out.run(buffers.get(1), dst, buffers.squares());
  }
}

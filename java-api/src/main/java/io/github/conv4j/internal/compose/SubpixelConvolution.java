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
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A transposed convolution to few channels, as a convolution of stride 1 and a copy. */
public final class SubpixelConvolution extends CheckedConvolution<Buffers> {
  private final PreparedConvolution inner;
  private final Interleave interleave;

  private SubpixelConvolution(
      PreparedConvolution inner,
      TensorSpec dst,
      Interleave interleave,
      Explanation explanation,
      Ledger ledger) {
    super(inner.src(), dst, explanation, ledger, () -> new Buffers(List.of(inner.dst())), inner);
    this.inner = inner;
    this.interleave = interleave;
  }

  /**
   * Tells whether a problem can be computed so, and gains by it.
   *
   * @param request whose weights are all finite: they meet padding
   */
  public static boolean serves(PrepareRequest request) {
    return Subpixel.of(request) != null;
  }

  /**
   * Prepares the composition of a problem that it serves.
   *
   * @param engine takes the convolution of stride 1
   */
  public static PreparedConvolution prepare(Engine engine, Ledger ledger, PrepareRequest request) {
    Subpixel subpixel = Objects.requireNonNull(Subpixel.of(request));
    TensorSpec src = request.settled().src();
    TensorSpec dst = request.settled().dst();
    TensorSpec blocks =
        dst.withLayout(likeSrc(src.layout(), dst.shape().rank()))
            .withShape(subpixel.blocks(dst.shape()));
    PreparedConvolution inner;
    try (Arena arena = Arena.ofConfined()) {
      inner =
          engine.prepare(
              subpixel.convolution(),
              src,
              blocks,
              subpixel.weights(request.weights(), arena),
              subpixel.bias(request.bias(), arena));
    }
    try {
      List<Explanation.Stage> stages = new ArrayList<>(inner.explain().stages());
      stages.add(
          Explanation.Stage.of("interleave", "java:copy", blocks, dst)
              .withScratchpad(blocks.byteSize()));
      var explanation =
          Explanation.of(engine.name(), request.problemText(), stages)
              .withWarnings(inner.explain().warnings());
      var interleave = new Interleave(subpixel, blocks, dst);
      return new SubpixelConvolution(inner, dst, interleave, explanation, ledger);
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  /** Engines compute best between tensors of one layout. */
  private static Layout likeSrc(Layout src, int rank) {
    Layout channelsFirst = Layout.channelsFirst(rank);
    return src.equals(channelsFirst) ? channelsFirst : Layout.channelsLast(rank);
  }

  @Override
  protected void run(Buffers buffers, Tensor src, Tensor dst) {
    Tensor blocks = buffers.get(0);
    executeStage(inner, src, blocks);
    interleave.run(blocks, dst);
  }
}

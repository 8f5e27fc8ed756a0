package io.github.conv4j.internal.compose;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A transposed convolution to few channels, as a convolution of stride 1 and a copy. */
public final class SubpixelConvolution {
  private SubpixelConvolution() {}

  /**
   * Tells whether a problem can be computed so, and gains by it.
   *
   * @param request whose weights are all finite: they meet padding
   */
  public static boolean serves(PrepareRequest request) {
    return Subpixel.of(request) != null;
  }

  /**
   * Prepares the composition of a problem that it serves, whose post-ops, if any, take no tensor.
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
    return interleaved(engine.name(), ledger, request, subpixel, inner);
  }

  /**
   * Takes ownership of the convolution of stride 1, and puts its blocks where they belong.
   *
   * @param inner writes the blocks
   */
  static PreparedConvolution interleaved(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      Subpixel subpixel,
      PreparedConvolution inner) {
    try {
      TensorSpec dst = request.settled().dst();
      TensorSpec blocks = inner.dst();
      List<Explanation.Stage> stages = new ArrayList<>(inner.explain().stages());
      stages.add(
          Explanation.Stage.of("interleave", "java:copy", blocks, dst)
              .withScratchpad(blocks.byteSize()));
      var explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(inner.explain().warnings());
      int parts =
          Sharing.partsOfPass(blocks.byteSize() + dst.byteSize(), ledger.budget().threads());
      var interleave = new Interleave(subpixel, blocks, dst, parts);
      try (var program = new ProgramBuilder(0)) {
        int between = program.temporary(blocks.byteSize());
        PreparedProgram.inline(inner, ledger, program, Program.SRC, between);
        program.step(interleave, between, Program.DST);
        return PreparedProgram.of(
            inner.src(), dst, List.of(), explanation, ledger, program.build());
      }
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
}

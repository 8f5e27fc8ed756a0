package io.github.conv4j.onednn;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A convolution that oneDNN primitives compute: one, or one for each part. */
final class OnednnPrimitive implements Primitive {
  private final PartedPrimitives primitives;
  private final String problem;
  private final long scratchpadByteSize;

  private OnednnPrimitive(PartedPrimitives primitives, String problem) {
    this.primitives = primitives;
    this.problem = problem;
    this.scratchpadByteSize = primitives.workingByteSize();
  }

  /**
   * Prepares a problem.
   *
   * @param choice made for such a request, and for as many threads
   * @param mostElements more than this are cut into groups of images
   */
  static PreparedConvolution prepare(
      Choice choice, PrepareRequest request, long mostElements, Ledger ledger) {
    Way way = choice.way();
    PartedPrimitives primitives;
    try (var parameters = new PlainParameters(choice.problem(), request)) {
      primitives = new PartedPrimitives(way, choice.dst(), largeOperands(request));
      try {
        int threads = ledger.budget().threads();
        boolean shared = Sharing.leastParts(request, way.nanos(), threads) > 1;
        if (shared && !way.implementation().isNaive()) {
          cut(primitives, way, parameters, threads, mostElements);
        }
        primitives.finish(parameters);
      } catch (Throwable e) {
        primitives.close();
        throw e;
      }
    }
    try {
      Explanation explanation =
          choice.explanation(
              () ->
                  Explanation.of(
                          OnednnEngine.NAME, request.problemText(), stages(choice, primitives))
                      .withWarnings(way.warnings()));
      TensorSpec dst = choice.dst();
      List<TensorSpec> operands = PrepareRequest.runOperandSpecs(request.convolution(), dst);
      var primitive = new OnednnPrimitive(primitives, explanation.problem());
      return PreparedProgram.of(choice.src(), dst, operands, explanation, ledger, primitive);
    } catch (Throwable e) {
      primitives.close();
      throw e;
    }
  }

  /** For fewer threads where no part that is small enough for all has the implementation. */
  private static void cut(
      PartedPrimitives primitives,
      Way way,
      PlainParameters parameters,
      int threads,
      long mostElements) {
    for (int count = threads; count > 1 && primitives.parts().isEmpty(); count -= count / 2) {
      primitives.cut(WayCache.SHARED.cuts(way, count, mostElements), parameters);
    }
  }

  private static List<Tensor> largeOperands(PrepareRequest request) {
    if (request.operands().isEmpty()) {
      return List.of();
    }
    List<Tensor> large = new ArrayList<>();
    List<PostOp.Operand> described = request.convolution().postOps().requestOperands();
    for (int i = 0; i < described.size(); i++) {
      if (described.get(i).extent() == PostOp.Extent.FULL) {
        large.add(request.operands().get(i));
      }
    }
    return large;
  }

  private static List<Explanation.Stage> stages(Choice choice, PartedPrimitives primitives) {
    Way way = choice.way();
    NativeProblem problem = choice.problem();
    TensorSpec src = choice.src();
    TensorSpec dst = choice.dst();
    List<Explanation.Stage> stages = new ArrayList<>();
    CompiledConvolution compiled = primitives.first();
    // Parts may be copied where the whole is not.
    Reorder srcCopy = way.spec().copiesSrc() ? compiled.srcCopy() : null;
    Reorder dstCopy = way.spec().copiesDst() ? compiled.dstCopy() : null;
    TensorSpec kernelSrc = srcCopy == null ? src : kernelSrc(way, problem, src);
    TensorSpec kernelDst = dstCopy == null ? dst : dst.withLayout(layout(way, dst.shape().rank()));
    long copyBytes = 0;
    if (srcCopy != null) {
      stages.add(
          Explanation.Stage.of(
                  way.spec().pads()
                      ? "reorder and pad"
                      : way.spec().types().convertsSrc() ? "round to bf16" : "reorder",
                  srcCopy.implementation(),
                  src,
                  kernelSrc)
              .withScratchpad(primitives.srcCopyByteSize()));
    } else {
      copyBytes += primitives.srcCopyByteSize();
    }
    if (dstCopy == null) {
      copyBytes += primitives.dstCopyByteSize();
    }
    stages.add(
        Explanation.Stage.of(
                (problem.convolution().isTransposed() ? "transposed convolution" : "convolution")
                    + primitives.partsText()
                    + postOpsText(problem),
                way.implementation().name(),
                kernelSrc,
                kernelDst)
            .withWeights(compiled.weightsLayout(), primitives.weightsByteSize())
            .withScratchpad(primitives.scratchpadByteSize() + copyBytes));
    if (dstCopy != null) {
      stages.add(
          Explanation.Stage.of("reorder", dstCopy.implementation(), kernelDst, dst)
              .withScratchpad(primitives.dstCopyByteSize()));
    }
    return stages;
  }

  private static String postOpsText(NativeProblem problem) {
    PostOps postOps = problem.convolution().postOps();
    return postOps.isEmpty()
        ? ""
        : " with post-ops %s%s".formatted(postOps, problem.addsToDst() ? ", added in place" : "");
  }

  private static Layout layout(Way way, int rank) {
    return way.spec().form() == PrimitiveSpec.Form.CHANNELS_FIRST
        ? Layout.channelsFirst(rank)
        : Layout.channelsLast(rank);
  }

  /** What the kernel would read if the whole src were copied. */
  private static TensorSpec kernelSrc(Way way, NativeProblem problem, TensorSpec src) {
    Shape shape = src.shape();
    if (way.spec().pads()) {
      int last = problem.axes().size() - 1;
      while (problem.axes().get(last).begin() == 0) {
        last--;
      }
      shape = shape.with(last + 2, shape.dim(last + 2) + way.spec().copiedZeros());
    }
    return src.withLayout(layout(way, shape.rank()))
        .withShape(shape)
        .withDataType(way.spec().types().src());
  }

  @Override
  public int partCount() {
    return Math.max(1, primitives.parts().size());
  }

  @Override
  public long scratchpadByteSize() {
    return scratchpadByteSize;
  }

  @Override
  public long constantsByteSize() {
    return primitives.weightsByteSize();
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    try {
      return new CallSlot(primitives, scratchpad, kept, problem);
    } catch (DnnlStatusException e) {
      throw e.forProblem(problem);
    }
  }

  @Override
  public MemorySegment unconfined(MemorySegment segment) {
    return NativeAccess.unconfined(segment);
  }

  @Override
  public void close() {
    primitives.close();
  }
}

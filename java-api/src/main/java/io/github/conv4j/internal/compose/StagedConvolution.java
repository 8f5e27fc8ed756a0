package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.internal.primitive.SinglePass;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A convolution between copies: a part or a padded copy of src goes in, the result goes into a part
 * of dst. For what an engine's kernels cannot do in place.
 */
public final class StagedConvolution {
  private StagedConvolution() {}

  /** Prepares the convolution of a part, on dense tensors. */
  public interface InnerFactory {
    /** Returns the prepared convolution for these specs. */
    PreparedConvolution prepare(TensorSpec src, TensorSpec dst);
  }

  /** Returns why the padded copy that a padding mode needs has too many elements, else null. */
  public static @Nullable String lackOfPadding(ConvolutionRequest request, long most) {
    if (request.convolution().padding().mode() == PaddingMode.ZEROS) {
      return null;
    }
    double elements = (double) request.src().shape().dim(0) * request.src().shape().dim(1);
    for (Geometry.Axis axis : request.geometry().axes()) {
      elements *= (double) axis.src() + axis.begin() + axis.end();
    }
    return elements <= most
        ? null
        : "it addresses up to %d elements of a tensor but the padded copy of src %s has more"
            .formatted(most, request.src());
  }

  /**
   * Composes a padding mode: a padded copy, then a convolution without padding.
   *
   * @param engine takes the convolution without padding
   */
  public static PreparedConvolution padded(Engine engine, Ledger ledger, PrepareRequest request) {
    Convolution convolution = request.convolution();
    TensorSpec src = request.settled().src();
    TensorSpec padded = dense(src).withShape(Gather.paddedShape(request.geometry()));
    Convolution bare = convolution.toBuilder().padding(Padding.valid()).build();
    PreparedConvolution inner =
        engine.prepare(bare, padded, request.dst(), request.weights(), request.bias());
    try {
      var mode = convolution.padding().mode();
      var gather = Gather.padded(mode, request.geometry().axes(), src, padded);
      List<Explanation.Stage> stages = new ArrayList<>();
      stages.add(copy("pad " + mode.name().toLowerCase(Locale.ROOT), src, padded));
      stages.addAll(inner.explain().stages());
      var explanation = explanation(engine, request, stages, inner.explain().warnings());
      try (var program = new ProgramBuilder(0)) {
        int copy = program.temporary(padded.byteSize());
        program.step(new SinglePass(gather::run), Program.SRC, copy);
        PreparedProgram.inline(inner, ledger, program, copy, Program.DST);
        return PreparedProgram.of(
            src, inner.dst(), List.of(), explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  /**
   * Composes a convolution of a part of src into a part of dst.
   *
   * @param factory prepares the convolution of the parts
   */
  public static PreparedConvolution windowed(
      Engine engine,
      Ledger ledger,
      PrepareRequest request,
      Window srcWindow,
      Window dstWindow,
      InnerFactory factory) {
    TensorSpec src = request.settled().src();
    TensorSpec dst = request.settled().dst();
    TensorSpec srcPart = dense(src).withShape(srcWindow.of(src.shape()));
    TensorSpec dstPart = dense(dst).withShape(dstWindow.of(dst.shape()));
    PreparedConvolution inner = factory.prepare(srcPart, dstPart);
    try {
      var gather = Gather.window(srcWindow.ranges(), src, srcPart);
      var scatter = new Scatter(dstWindow, dstPart, dst, bias(request));
      List<Explanation.Stage> stages = new ArrayList<>();
      stages.add(copy("copy part of src", src, srcPart));
      stages.addAll(inner.explain().stages());
      stages.add(copy("copy into part of dst, bias elsewhere", dstPart, dst));
      var explanation = explanation(engine, request, stages, inner.explain().warnings());
      try (var program = new ProgramBuilder(0)) {
        int in = program.temporary(srcPart.byteSize());
        int out = program.temporary(dstPart.byteSize());
        program.step(new SinglePass(gather::run), Program.SRC, in);
        PreparedProgram.inline(inner, ledger, program, in, out);
        program.step(new SinglePass(scatter::run), out, Program.DST);
        return PreparedProgram.of(src, dst, List.of(), explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  /** Composes a convolution none of whose outputs meets the source: every output is the bias. */
  public static PreparedConvolution biasOnly(Engine engine, Ledger ledger, PrepareRequest request) {
    TensorSpec src = request.settled().src();
    TensorSpec dst = request.settled().dst();
    var stage = Explanation.Stage.of("fill with bias", "java:copy", src, dst);
    var scatter = new Scatter(null, null, dst, bias(request));
    return PreparedProgram.of(
        src,
        dst,
        List.of(),
        explanation(engine, request, List.of(stage), List.of()),
        ledger,
        new SinglePass(scatter::run));
  }

  /** What outputs are that meet no source element, after post-ops. */
  private static float[] bias(PrepareRequest request) {
    float[] values =
        request.bias() == null
            ? new float[Math.toIntExact(request.convolution().outChannels())]
            : request.bias().toFloatArray();
    PostOps postOps = request.convolution().postOps();
    for (int i = 0; i < values.length && !postOps.isEmpty(); i++) {
      values[i] = (float) postOps.apply(values[i] + 0f);
    }
    return values;
  }

  /** The same if it is plain, else with channels last. */
  static TensorSpec dense(TensorSpec spec) {
    return spec.layout() instanceof Layout.Plain
        ? spec
        : spec.withLayout(Layout.channelsLast(spec.shape().rank()));
  }

  private static Explanation.Stage copy(String operation, TensorSpec from, TensorSpec to) {
    TensorSpec buffer = to.byteSize() < from.byteSize() || operation.startsWith("pad") ? to : from;
    return Explanation.Stage.of(operation, "java:copy", from, to).withScratchpad(buffer.byteSize());
  }

  private static Explanation explanation(
      Engine engine,
      PrepareRequest request,
      List<Explanation.Stage> stages,
      List<String> warnings) {
    return Explanation.of(engine.name(), request.problemText(), stages).withWarnings(warnings);
  }
}

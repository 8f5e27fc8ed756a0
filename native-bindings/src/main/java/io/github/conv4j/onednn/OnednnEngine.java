package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.compose.StagedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Convolutions through oneDNN primitives; what those cannot do, composed from copies and them. */
final class OnednnEngine implements Engine {
  static final String NAME = "onednn";

  /** oneDNN's kernels compute many offsets in 32 bits. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  private final EngineOptions options;
  private final Ledger ledger = new Ledger(NAME);
  private final SafeLoops safeLoops;

  OnednnEngine(EngineOptions options) {
    this.options = options;
    this.safeLoops = new SafeLoops(options);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  @Override
  public Support support(Convolution convolution, TensorSpec src) {
    String lack = lack(convolution, convolution.geometry(src.shape()), src);
    return lack == null ? new Support.Supported() : new Support.Unsupported(lack);
  }

  private static @Nullable String lack(Convolution convolution, Geometry geometry, TensorSpec src) {
    if (src.dataType() != DataType.F32) {
      return "it computes f32 but src is " + src.dataType();
    }
    if (src.layout() instanceof Layout.Blocked) {
      return "it reads plain and strided layouts but src is %s; reorder it first".formatted(src);
    }
    for (Shape shape : new Shape[] {geometry.src(), geometry.dst(), convolution.weightsShape()}) {
      if (shape.elementCount() > MOST_ELEMENTS) {
        return "its kernels address up to %d elements but %s has %d"
            .formatted(MOST_ELEMENTS, shape, shape.elementCount());
      }
    }
    return null;
  }

  @Override
  public PreparedConvolution prepare(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    ledger.requireOpen();
    var request = PrepareRequest.of(convolution, src, dst, weights, bias);
    String lack = lack(convolution, request.geometry(), src);
    if (lack == null
        && (dst.dataType() != DataType.F32 || dst.layout() instanceof Layout.Blocked)) {
      lack = "it writes plain and strided f32 but dst is " + dst;
    }
    if (lack != null) {
      throw new UnsupportedConvolutionException(NAME, request.problemText(), lack);
    }
    try {
      return prepare(request);
    } catch (DnnlStatusException e) {
      throw e.forProblem(request.problemText());
    }
  }

  private PreparedConvolution prepare(PrepareRequest request) {
    Convolution convolution = request.convolution();
    if (convolution.padding().mode() != PaddingMode.ZEROS) {
      return StagedConvolution.padded(this, ledger, request);
    }
    NativeProblem problem = NativeProblem.of(convolution, request.geometry());
    if (problem.has(AxisPlan.Coverage.NONE)) {
      return StagedConvolution.biasOnly(this, ledger, request);
    }
    if (problem.has(AxisPlan.Coverage.GAPS)) {
      return safeLoops.prepare(request, "some inner outputs see only padding (oneDNN issue 5942)");
    }
    if (problem.pads() && !allFinite(request.weights())) {
      return safeLoops.prepare(
          request, "weights are not all finite and oneDNN multiplies them with padding");
    }
    boolean whole =
        problem.srcWindow().isAll(request.src().shape())
            && problem.dstWindow().isAll(request.dst().shape());
    if (!whole) {
      return staged(problem, request);
    }
    CompiledConvolution compiled = compile(problem, request.src(), request.dst());
    boolean strided =
        request.src().layout() instanceof Layout.Strided
            || request.dst().layout() instanceof Layout.Strided;
    if (strided && compiled.implementation().isSlow()) {
      compiled.release();
      return staged(problem, request);
    }
    return direct(compiled, problem, request, compiled.problemText(request));
  }

  private PreparedConvolution staged(NativeProblem problem, PrepareRequest request) {
    return StagedConvolution.windowed(
        this,
        ledger,
        request,
        problem.srcWindow(),
        problem.dstWindow(),
        (src, dst) -> direct(compile(problem, src, dst), problem, request, request.problemText()));
  }

  /**
   * Compiles a problem; where ANY made oneDNN choose a blocked layout, channels-last is taken
   * instead, so that every tensor can be described, read and passed on to the next convolution.
   */
  private static CompiledConvolution compile(
      NativeProblem problem, TensorSpec src, TensorSpec dst) {
    CompiledConvolution compiled = CompilationCache.SHARED.compile(problem, src, dst);
    boolean blocked =
        compiled.src().layout() instanceof Layout.Blocked
            || compiled.dst().layout() instanceof Layout.Blocked;
    if (!blocked) {
      return compiled;
    }
    compiled.release();
    return CompilationCache.SHARED.compile(problem, plain(src), plain(dst));
  }

  private static TensorSpec plain(TensorSpec spec) {
    return spec.isAny() ? spec.withLayout(Layout.channelsLast(spec.shape().rank())) : spec;
  }

  /** Takes over one use of {@code compiled}. */
  private PreparedConvolution direct(
      CompiledConvolution compiled,
      NativeProblem problem,
      PrepareRequest request,
      String problemText) {
    if (compiled.implementation().isSlow()) {
      SlowLog.tell(
          "oneDNN has only its slow implementation " + compiled.implementation().name(),
          problemText);
    }
    return OnednnConvolution.prepare(
        compiled, problem, request, problemText, ledger, options.threads());
  }

  private static boolean allFinite(Tensor weights) {
    MemorySegment segment = weights.segment();
    int largestMagnitude = 0;
    for (long i = 0, n = segment.byteSize() / Float.BYTES; i < n; i++) {
      largestMagnitude =
          Math.max(largestMagnitude, segment.getAtIndex(ValueLayout.JAVA_INT, i) & 0x7fff_ffff);
    }
    return Float.isFinite(Float.intBitsToFloat(largestMagnitude));
  }

  @Override
  public void close() {
    ledger.close();
    safeLoops.close();
  }
}

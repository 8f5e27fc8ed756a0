package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.compose.SafeLoops;
import io.github.conv4j.internal.compose.SlowLog;
import io.github.conv4j.internal.compose.StagedConvolution;
import io.github.conv4j.internal.compose.SubpixelConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.Limits;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Convolutions through oneDNN primitives; what those cannot do, composed from copies and them. */
final class OnednnEngine implements Alternatives, LedgerOwner {
  static final String NAME = "onednn";

  /** oneDNN's kernels compute many offsets in 32 bits. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  /** Strides, dilations and paddings beyond this are never handed to kernels of 32-bit offsets. */
  private static final long MOST_STEP = 1 << 24;

  /** The name of the one way to run what is composed of copies and primitives, or of loops. */
  private static final String COMPOSED = "composed";

  /** The name of the convolution of stride 1 that stands for a transposed one. */
  private static final String SUBPIXEL = "subpixel";

  private static final int MOST_IMPLEMENTATIONS = 4;

  private final EngineOptions options;
  private final Ledger ledger;
  private final AtomicBoolean closed = new AtomicBoolean();

  OnednnEngine(EngineOptions options) {
    this.options = options;
    this.ledger = new Ledger(NAME, options);
    CompilationCache.SHARED.open();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  @Override
  public Support support(ConvolutionRequest request) {
    String lack = lack(request);
    return lack == null ? new Support.Supported() : new Support.Unsupported(lack);
  }

  private static @Nullable String lack(ConvolutionRequest request) {
    String lack = Limits.ofElements(request, MOST_ELEMENTS);
    lack = lack == null ? Limits.ofTypes(request) : lack;
    lack = lack == null ? Limits.ofLayouts(request, MOST_ELEMENTS) : lack;
    lack = lack == null ? StagedConvolution.lackOfPadding(request, MOST_ELEMENTS) : lack;
    return lack == null && request.weightsSpec().layout() instanceof Layout.Blocked
        ? "it packs weights from plain and strided layouts but they are %s; reorder them"
            .formatted(request.weightsSpec())
        : lack;
  }

  @Override
  public PreparedConvolution prepare(ConvolutionRequest asked) {
    ledger.requireOpen();
    var request = PrepareRequest.of(asked);
    String lack = lack(asked);
    if (lack != null) {
      throw new UnsupportedConvolutionException(NAME, request.problemText(), lack);
    }
    try {
      return prepare(request);
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return SafeLoops.prepare(NAME, ledger, request, "oneDNN has no implementation for it");
      }
      throw e.forProblem(request.problemText());
    }
  }

  @Override
  public List<String> implementations(PrepareRequest request) {
    ledger.requireOpen();
    if (lack(request.asRequest()) != null) {
      return List.of();
    }
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    if (!isDirect(problem, request)) {
      return List.of(COMPOSED);
    }
    try {
      List<String> names = new ArrayList<>();
      if (SubpixelConvolution.serves(request)) {
        names.add(SUBPIXEL);
      }
      names.addAll(
          CompiledConvolution.implementations(
              problem, request.src(), request.dst(), MOST_IMPLEMENTATIONS));
      return names;
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return List.of();
      }
      throw e.forProblem(request.problemText());
    }
  }

  /**
   * Whether one primitive runs the whole problem on the tensors as they are, whichever of its
   * implementations is taken.
   */
  private static boolean isDirect(NativeProblem problem, PrepareRequest request) {
    Convolution convolution = request.convolution();
    return convolution.padding().mode() == PaddingMode.ZEROS
        && !problem.has(AxisPlan.Coverage.NONE)
        && !problem.has(AxisPlan.Coverage.GAPS)
        && !problem.exceeds(MOST_STEP)
        && problem.srcWindow().isAll(request.src().shape())
        && problem.dstWindow().isAll(request.dst().shape())
        && request.src().layout() instanceof Layout.Plain
        && request.dst().layout() instanceof Layout.Plain
        && !((problem.pads() || convolution.isTransposed())
            && !SafeLoops.allFinite(request.weights()));
  }

  @Override
  public PreparedConvolution prepare(PrepareRequest request, String implementation) {
    List<String> names = implementations(request);
    if (!names.contains(implementation)) {
      throw new IllegalArgumentException(
          "%s has no implementation %s of %s"
              .formatted(NAME, implementation, request.problemText()));
    }
    if (implementation.equals(names.getFirst())) {
      return prepare(request.asRequest());
    }
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    try {
      CompiledConvolution compiled =
          CompilationCache.SHARED.compile(problem, request.src(), request.dst(), implementation);
      return direct(compiled, problem, request, compiled.problemText(request));
    } catch (DnnlStatusException e) {
      throw e.forProblem(request.problemText());
    }
  }

  @Override
  public String version() {
    return OnednnProvider.version();
  }

  @Override
  public boolean warmsUp() {
    return false;
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
    if (problem.exceeds(MOST_STEP)) {
      return SafeLoops.prepare(NAME, ledger, request, "a stride, a dilation or a padding is huge");
    }
    if (problem.has(AxisPlan.Coverage.GAPS)) {
      return SafeLoops.prepare(
          NAME, ledger, request, "some inner outputs see only padding (oneDNN issue 5942)");
    }
    if ((problem.pads() || convolution.isTransposed()) && !SafeLoops.allFinite(request.weights())) {
      return SafeLoops.prepare(
          NAME,
          ledger,
          request,
          "weights are not all finite and oneDNN multiplies them with padding");
    }
    if (SubpixelConvolution.serves(request)) {
      return SubpixelConvolution.prepare(this, ledger, request);
    }
    boolean whole =
        problem.srcWindow().isAll(request.src().shape())
            && problem.dstWindow().isAll(request.dst().shape());
    if (!whole) {
      return staged(problem, request);
    }
    CompiledConvolution compiled = compile(problem, request.src(), request.dst());
    boolean srcStrided = request.src().layout() instanceof Layout.Strided;
    boolean strided = srcStrided || request.dst().layout() instanceof Layout.Strided;
    // oneDNN 3.13 (brg_deconv) does not look at the distance between the images of src.
    boolean wrong = srcStrided && convolution.isTransposed();
    if (wrong || (strided && compiled.isSlow())) {
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
    if (compiled.isSlow()) {
      SlowLog.tell(
          "oneDNN has only its slow implementation " + compiled.implementation().name(),
          problemText);
    }
    return OnednnConvolution.prepare(compiled, problem, request, problemText, ledger);
  }

  @Override
  public void close() {
    try {
      ledger.close();
    } finally {
      if (closed.compareAndSet(false, true)) {
        CompilationCache.SHARED.close();
      }
    }
  }
}

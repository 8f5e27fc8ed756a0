package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.compose.CanonicalForm;
import io.github.conv4j.internal.compose.PostOpsConvolution;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.internal.compose.ReorderedConvolution;
import io.github.conv4j.internal.compose.RewrittenConvolution;
import io.github.conv4j.internal.compose.StagedConvolution;
import io.github.conv4j.internal.compose.SubpixelConvolution;
import io.github.conv4j.internal.compose.TypedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.Fpmath;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.Limits;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.prepared.Preparing;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.internal.ready.Readiness;
import io.github.conv4j.internal.reference.SafeLoops;
import io.github.conv4j.internal.shadow.Shadowing;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.Scratch;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Convolutions in pure Java, near the speed of native code. */
final class VectorEngine implements Alternatives, LedgerOwner {
  static final String NAME = "vector";

  private static final String REORDERED = "reordered";
  private static final String AS_PLANES = "reordered to planes";
  private static final String PADDED = "padded";
  private static final String SUBPIXEL = "subpixel";
  private static final String CONVERTED = "converted";
  private static final String LOOPS_FOR_HUGE = "loops for huge steps";
  private static final String LOOPS_FOR_AVOIDED = "loops in place of what is avoided";
  private static final String LOOPS_FOR_NON_FINITE = "loops for weights that are not finite";

  private static final String NO_BF16 =
      "fpmath bf16 gains nothing: the Vector API does not multiply bf16; f32 is kept";

  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 64;

  /** Kernels see axes that are not there as axes of size 1. */
  private static final int LEAST_AXES = 1;

  /** Larger strides, dilations and paddings do not fit the 32-bit offsets of the plans. */
  private static final long MOST_STEP = 1 << 24;

  private final EngineOptions options;
  private final KernelSet kernels;
  private final Ledger ledger;

  /** By their names in explanations. */
  private final Set<String> avoided;

  private final @Nullable Shadowing shadow;

  VectorEngine(EngineOptions options, KernelSet kernels) {
    this.options = options;
    this.kernels = kernels;
    this.ledger = new Ledger(NAME, options);
    this.avoided = Set.of();
    this.shadow = Shadowing.of(NAME, version(), options, ledger);
  }

  /** Another view of the same engine, which is closed with that one. */
  private VectorEngine(VectorEngine engine, EngineOptions options, Set<String> avoided) {
    this.options = options;
    this.kernels = engine.kernels;
    this.ledger = engine.ledger;
    this.avoided = avoided;
    this.shadow = null;
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
  public EngineLoad load() {
    return ledger.load();
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  /** Packed weights and most scratch lie on the heap; buffers of compositions do not. */
  @Override
  public EngineMemory memory() {
    return new EngineMemory(0, 0, ledger.weightsByteSize(), ledger.workingByteSize());
  }

  @Override
  public Support support(ConvolutionRequest request) {
    return Limits.support(lack(request), Fpmath.mayRound(request) ? NO_BF16 : "");
  }

  private static @Nullable String lack(ConvolutionRequest request) {
    String lack = Limits.ofElements(request, MOST_ELEMENTS);
    lack = lack == null ? Limits.ofTypes(request) : lack;
    lack = lack == null ? Limits.ofLayouts(request, MOST_ELEMENTS) : lack;
    return lack == null ? StagedConvolution.lackOfPadding(request, MOST_ELEMENTS) : lack;
  }

  @Override
  public PreparedConvolution prepare(ConvolutionRequest request) {
    return Preparing.recorded(
        () -> shadow == null ? prepareChecked(request) : prepareShadowed(shadow, request));
  }

  private PreparedConvolution prepareShadowed(Shadowing by, ConvolutionRequest request) {
    PreparedConvolution prepared =
        by.prepare(request, names -> without(names).prepareChecked(request));
    return options.ready() ? Readiness.of(prepared) : prepared;
  }

  private PreparedConvolution prepareChecked(ConvolutionRequest request) {
    ledger.requireOpen();
    var checked = PrepareRequest.of(request);
    Limits.requireSupport(NAME, checked, lack(request));
    if (!checked.types().isF32()) {
      return typed(checked);
    }
    return options.ready() ? ready(checked) : explained(checked, null);
  }

  private PreparedConvolution explained(PrepareRequest request, @Nullable String implementation) {
    PreparedConvolution prepared = withPostOps(request, implementation);
    return Fpmath.explained(prepared, request, NO_BF16, ledger);
  }

  private PreparedConvolution typed(PrepareRequest request) {
    VectorEngine inner = request.types().isQuantized() ? strict() : this;
    PreparedConvolution prepared =
        TypedConvolution.prepare(
            NAME,
            ledger,
            request,
            floats -> options.ready() ? inner.ready(floats) : inner.explained(floats, null),
            null,
            (asked, reason) -> SafeLoops.prepare(NAME, ledger, asked, reason));
    return options.ready() ? Readiness.of(prepared) : prepared;
  }

  @Override
  public VectorEngine strict() {
    return options.accuracy() == Accuracy.STRICT
        ? this
        : new VectorEngine(this, options.withAccuracy(Accuracy.STRICT), avoided);
  }

  @Override
  public VectorEngine without(Set<String> implementations) {
    return new VectorEngine(this, options, implementations);
  }

  @Override
  public ShadowCounts shadowCounts() {
    return shadow == null ? ShadowCounts.NONE : shadow.counts();
  }

  private PreparedConvolution ready(PrepareRequest request) {
    return Readiness.of(this, withChosenLayouts(request), explained(request, null));
  }

  @Override
  public void makeReady(List<ConvolutionRequest> requests) {
    ledger.requireOpen();
    Readiness.ofAll(
        this,
        requests,
        request -> {
          var checked = PrepareRequest.of(request);
          return checked.types().isF32() ? ready(checked) : Readiness.of(typed(checked));
        });
  }

  /** Where no plan applies the post-ops at its stores, a pass over dst does. */
  private PreparedConvolution withPostOps(PrepareRequest asked, @Nullable String implementation) {
    PrepareRequest request = withChosenLayouts(asked);
    if (!request.convolution().postOps().isEmpty()) {
      String plan = fusingPlan(request, implementation);
      if (plan != null) {
        return preparePlan(request, plan);
      }
      PreparedConvolution inner = withPostOpsInside(request, implementation);
      if (inner != null) {
        return inner;
      }
    }
    PreparedConvolution plain = prepareWay(request.withoutPostOps(), implementation);
    return PostOpsConvolution.of(NAME, ledger, request, plain);
  }

  /**
   * Returns the plan that applies post-ops at its stores and runs the request as it is, or null.
   */
  private @Nullable String fusingPlan(PrepareRequest request, @Nullable String implementation) {
    PrepareRequest plain = request.withoutPostOps();
    try (Arena arena = Arena.ofConfined()) {
      if (CanonicalForm.of(plain, LEAST_AXES, kernels.lanes(), arena) != null) {
        return null;
      }
    }
    String way = way(plain, implementation);
    return PlanChoice.fuses(way, kernels, request) ? way : null;
  }

  /**
   * Prepares a request in its canonical form, or as a composition, with post-ops that may be
   * applied inside as well; null if there is nothing to be gained.
   */
  private @Nullable PreparedConvolution withPostOpsInside(
      PrepareRequest request, @Nullable String implementation) {
    if (!request.convolution().postOps().isPointwise()) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest canonical = CanonicalForm.of(request, LEAST_AXES, kernels.lanes(), arena);
      PrepareRequest equal = canonical == null ? request : canonical;
      String way = way(equal.withoutPostOps(), implementation);
      boolean isInside = way.equals(REORDERED) || way.equals(AS_PLANES) || way.equals(SUBPIXEL);
      if (!isInside && !PlanChoice.fuses(way, kernels, equal)) {
        return null;
      }
      return compose(request, canonical, way);
    }
  }

  @Override
  public List<String> implementations(PrepareRequest request) {
    ledger.requireOpen();
    if (lack(request.asRequest()) != null) {
      return List.of();
    }
    if (!request.types().isF32()) {
      return List.of(CONVERTED);
    }
    PrepareRequest settled = withChosenLayouts(request.withoutPostOps());
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest canonical = CanonicalForm.of(settled, LEAST_AXES, kernels.lanes(), arena);
      return ways(canonical == null ? settled : canonical).stream()
          .map(this::implementation)
          .toList();
    }
  }

  @Override
  public int mostPixelsOfRow(PrepareRequest request) {
    boolean fuses = PlanChoice.fuses(PlanChoice.DIRECT, kernels, request);
    return kernels
        .product()
        .mostPixelsOfRow(fuses ? request.convolution().postOps() : PostOps.none());
  }

  @Override
  public PreparedConvolution prepare(PrepareRequest request, String implementation) {
    ledger.requireOpen();
    if (lack(request.asRequest()) != null) {
      throw noImplementation(request, implementation);
    }
    if (implementation.equals(CONVERTED) && !request.types().isF32()) {
      return typed(request);
    }
    return explained(request, implementation);
  }

  private static IllegalArgumentException noImplementation(
      PrepareRequest request, String implementation) {
    return new IllegalArgumentException(
        "%s has no implementation %s of %s".formatted(NAME, implementation, request.problemText()));
  }

  /** Prepares a request in its canonical form. */
  private PreparedConvolution prepareWay(PrepareRequest request, @Nullable String implementation) {
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest canonical = CanonicalForm.of(request, LEAST_AXES, kernels.lanes(), arena);
      PrepareRequest equal = canonical == null ? request : canonical;
      return compose(request, canonical, way(equal, implementation));
    }
  }

  /** Prepares a request in its canonical form, where it has one. */
  private PreparedConvolution compose(
      PrepareRequest request, @Nullable PrepareRequest canonical, String way) {
    return canonical == null
        ? compose(request, way)
        : RewrittenConvolution.of(NAME, ledger, request, compose(canonical, way));
  }

  private String way(PrepareRequest request, @Nullable String implementation) {
    List<String> ways = ways(request);
    if (implementation == null && ways.isEmpty()) {
      return LOOPS_FOR_AVOIDED;
    }
    return ways.stream()
        .filter(each -> implementation == null || implementation(each).equals(implementation))
        .findFirst()
        .orElseThrow(() -> noImplementation(request, String.valueOf(implementation)));
  }

  private String implementation(String way) {
    return kernels.name() + ":" + way;
  }

  /**
   * Returns the names of compositions and plans that may run a request, the default first; empty
   * where all are avoided.
   */
  private List<String> ways(PrepareRequest request) {
    List<String> ways = known(request);
    return avoided.isEmpty()
        ? ways
        : ways.stream().filter(way -> !avoided.contains(implementation(way))).toList();
  }

  private List<String> known(PrepareRequest request) {
    Convolution convolution = request.convolution();
    boolean inPlace =
        hasNeighbouringChannels(request.src()) && hasNeighbouringChannels(request.dst());
    boolean huge = request.geometry().axes().stream().anyMatch(VectorEngine::isHuge);
    boolean finite = SafeLoops.allFinite(request.weights());
    boolean subpixel = !huge && finite && SubpixelConvolution.serves(request);
    if (!inPlace) {
      boolean copied = huge || !finite || PlanChoice.prefersPixels(kernels, request);
      List<String> ways = new ArrayList<>(List.of(REORDERED));
      if (!huge && finite) {
        ways.addAll(copied ? 1 : 0, PlanChoice.admittedPlanes(kernels, request));
      }
      if (subpixel) {
        ways.addFirst(SUBPIXEL);
      }
      return ways;
    }
    boolean depthwise =
        convolution.groups() > 1 && convolution.groups() == convolution.inChannels();
    if (depthwise && convolution.padding().mode() != PaddingMode.ZEROS) {
      return List.of(PADDED);
    }
    if (huge) {
      return List.of(LOOPS_FOR_HUGE);
    }
    List<String> plans = PlanChoice.admitted(kernels, options.accuracy(), request, finite);
    if (plans.isEmpty()) {
      return List.of(LOOPS_FOR_NON_FINITE);
    }
    List<String> ways = new ArrayList<>(plans);
    if (PlanChoice.hasOneChannel(request)) {
      ways.addAll(0, PlanChoice.admittedPlanes(kernels, request));
    } else if (PlanChoice.prefersPlanes(kernels, request)) {
      ways.addFirst(AS_PLANES);
    }
    if (subpixel) {
      ways.addFirst(SUBPIXEL);
    }
    return ways;
  }

  private PreparedConvolution compose(PrepareRequest request, String way) {
    return switch (way) {
      case REORDERED -> ReorderedConvolution.prepare(this, ledger, request, true);
      case AS_PLANES -> ReorderedConvolution.prepare(this, ledger, request, false);
      case SUBPIXEL -> SubpixelConvolution.prepare(this, ledger, request);
      case PADDED -> StagedConvolution.padded(this, ledger, request);
      case LOOPS_FOR_AVOIDED ->
          SafeLoops.prepare(NAME, ledger, request, "all kernels for it are avoided");
      case LOOPS_FOR_HUGE ->
          SafeLoops.prepare(NAME, ledger, request, "a stride, a dilation or a padding is huge");
      case LOOPS_FOR_NON_FINITE ->
          SafeLoops.prepare(
              NAME,
              ledger,
              request,
              "weights are not all finite and the kernels multiply them with padding");
      default -> preparePlan(request, way);
    };
  }

  private PreparedConvolution preparePlan(PrepareRequest request, String name) {
    int leastParts = Sharing.leastParts(request, options.threads());
    Plan<?> plan = PlanChoice.plan(name, kernels, request, leastParts);
    try {
      return preparePlan(request, plan, leastParts);
    } catch (Throwable e) {
      plan.epilogue().close();
      throw e;
    }
  }

  private PreparedConvolution preparePlan(PrepareRequest request, Plan<?> plan, int leastParts) {
    PostOps postOps = request.convolution().postOps();
    String operation =
        (request.convolution().isTransposed() ? "transposed convolution" : "convolution")
            + (postOps.isEmpty() ? "" : " with post-ops " + postOps);
    int parts = leastParts > 1 ? plan.partCount() : 1;
    long boundHeapByteSize = boundHeapByteSize(plan);
    var stage =
        Explanation.Stage.of(
                parts > 1 ? "%s in %d parts".formatted(operation, parts) : operation,
                implementation(plan.name()),
                request.src(),
                request.dst())
            .withWeights("packed", plan.weightsByteSize() + plan.epilogue().byteSize())
            .withScratchpad(plan.scratchpadByteSize() + boundHeapByteSize);
    var explanation =
        Explanation.of(NAME, request.problemText(), List.of(stage)).withWarnings(warnings());
    return PreparedProgram.of(
        request.src(),
        request.dst(),
        PrepareRequest.runOperandSpecs(request.convolution(), request.dst()),
        explanation,
        ledger,
        new VectorPrimitive<>(plan, leastParts > 1, boundHeapByteSize));
  }

  private static long boundHeapByteSize(Plan<?> plan) {
    Scratch scratch = plan.newScratch();
    return scratch.heapByteSize() + scratch.epilogue().byteSize();
  }

  @Override
  public String version() {
    return "Java %s %s".formatted(Runtime.version(), kernels.name());
  }

  @Override
  public boolean warmsUp() {
    return true;
  }

  private static boolean isHuge(Geometry.Axis axis) {
    return axis.stride() > MOST_STEP
        || axis.dilation() > MOST_STEP
        || axis.begin() > MOST_STEP
        || Math.abs(axis.end()) > MOST_STEP;
  }

  private static boolean hasNeighbouringChannels(TensorSpec spec) {
    return spec.strides()[1] == 1;
  }

  private List<String> warnings() {
    return kernels.isScalar() ? List.of(VectorProvider.SCALAR_REMEDY) : List.of();
  }

  /**
   * Where the caller leaves a layout open: channels first beside a tensor of planes where there are
   * loops for planes, else last.
   */
  private PrepareRequest withChosenLayouts(PrepareRequest request) {
    if (!request.src().isAny() && !request.dst().isAny()) {
      return request;
    }
    return new PrepareRequest(
        request.convolution(),
        request.geometry(),
        withChosenLayout(request.src(), request.dst()),
        withChosenLayout(request.dst(), request.src()),
        request.weights(),
        request.bias(),
        request.operands());
  }

  private TensorSpec withChosenLayout(TensorSpec spec, TensorSpec other) {
    if (!spec.isAny()) {
      return spec;
    }
    int rank = spec.shape().rank();
    boolean planes =
        kernels.planes() != null
            && !other.isAny()
            && !hasNeighbouringChannels(other)
            && other.strides()[rank - 1] == 1;
    return spec.withLayout(planes ? Layout.channelsFirst(rank) : Layout.channelsLast(rank));
  }

  @Override
  public PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return PreparedSequence.prepare(this, ledger, sequence, src, parameters);
  }

  @Override
  public void close() {
    ledger.close();
    if (shadow != null) {
      shadow.close();
    }
  }
}

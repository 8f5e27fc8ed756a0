package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.compose.CanonicalForm;
import io.github.conv4j.internal.compose.PostOpsConvolution;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.internal.compose.RewrittenConvolution;
import io.github.conv4j.internal.compose.SlowLog;
import io.github.conv4j.internal.compose.StagedConvolution;
import io.github.conv4j.internal.compose.SubpixelConvolution;
import io.github.conv4j.internal.compose.TypedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.Fpmath;
import io.github.conv4j.internal.prepared.InPlaceSums;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.Limits;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.Preparing;
import io.github.conv4j.internal.ready.Readiness;
import io.github.conv4j.internal.reference.SafeLoops;
import io.github.conv4j.internal.shadow.Shadowing;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Convolutions through oneDNN primitives; what those cannot do, composed from copies and them. */
final class OnednnEngine
    implements Alternatives, LedgerOwner, InPlaceSums, TypedConvolution.NarrowKernels {
  static final String NAME = "onednn";

  /** oneDNN's kernels compute many offsets in 32 bits. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  /** Strides, dilations and paddings beyond this are never handed to kernels of 32-bit offsets. */
  private static final long MOST_STEP = 1 << 24;

  /** oneDNN 3.13 (brg_deconv) compares all steps of a stride: seconds for some thousands. */
  private static final long MOST_TRANSPOSED_STRIDE = 512;

  /** The name of the one way to run what is composed of copies and primitives, or of loops. */
  private static final String COMPOSED = "composed";

  private static final String NO_BF16 =
      "fpmath bf16 gains nothing: this CPU does not multiply bf16; f32 is kept";

  private static final String BF16_WHERE_FASTER =
      "fpmath bf16: this CPU multiplies bf16, where that saves more than rounding src takes";

  private static final String BF16_IS_SLOWER =
      "fpmath bf16 gains nothing here: no primitive saves more than rounding src takes; f32 is"
          + " kept";

  private static final String NOT_AT_ONCE = "one primitive does not do all of it";
  private static final String NO_KERNEL = "oneDNN has no kernel for it on this CPU";

  /** The name of the convolution of stride 1 that stands for a transposed one. */
  private static final String SUBPIXEL = "subpixel";

  /** With 27 products an output bytes were slower than f32 without VNNI, with 64 faster. */
  private static final int WORTHWHILE_PRODUCTS = 48;

  /** With 9 products an output they were slower, with 27 faster. */
  private static final int WORTHWHILE_PRODUCTS_OF_VNNI = 16;

  /** Of the time of f32: how much products of bf16 must seem to take at most. */
  private static final double WORTH_ROUNDING = 0.9;

  private final EngineOptions options;
  private final Ledger ledger;
  private final long mostElements;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** By their names in explanations. */
  private final Set<String> avoided;

  private final @Nullable Shadowing shadow;

  OnednnEngine(EngineOptions options) {
    this(options, MOST_ELEMENTS);
  }

  /**
   * Starts an engine.
   *
   * @param mostElements how many elements of a tensor one primitive is given at most
   */
  OnednnEngine(EngineOptions options, long mostElements) {
    this.options = options;
    this.mostElements = mostElements;
    this.ledger = new Ledger(NAME, options);
    this.avoided = Set.of();
    this.shadow = Shadowing.of(NAME, version(), options, ledger);
    CompilationCache.SHARED.open();
  }

  /** A view of the same engine, which is closed with that one. */
  private OnednnEngine(OnednnEngine engine, Set<String> avoided) {
    this.options = engine.options;
    this.mostElements = engine.mostElements;
    this.ledger = engine.ledger;
    this.avoided = avoided;
    this.shadow = null;
  }

  @Override
  public OnednnEngine without(Set<String> implementations) {
    return new OnednnEngine(this, implementations);
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
  public EngineMemory memory() {
    return new EngineMemory(
        CompilationCache.SHARED.byteSize(),
        CompilationCache.SHARED.byteSizeInUse(),
        ledger.weightsByteSize(),
        ledger.workingByteSize());
  }

  @Override
  public ShadowCounts shadowCounts() {
    return shadow == null ? ShadowCounts.NONE : shadow.counts();
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  @Override
  public Support support(ConvolutionRequest request) {
    String note = Dnnl.multipliesBf16() ? BF16_WHERE_FASTER : NO_BF16;
    return Limits.support(lack(request), Fpmath.mayRound(request) ? note : "");
  }

  private @Nullable String lack(ConvolutionRequest request) {
    String lack = Limits.ofTypes(request);
    if (lack != null) {
      return lack;
    }
    lack = lackOfRoom(request);
    if (lack != null && canGroupImages(request)) {
      lack = lackOfRoom(oneImage(request));
    }
    lack = lack == null ? StagedConvolution.lackOfPadding(request, mostElements) : lack;
    return lack == null && request.weightsSpec().layout() instanceof Layout.Blocked
        ? "it packs weights from plain and strided layouts but they are %s; reorder them"
            .formatted(request.weightsSpec())
        : lack;
  }

  /** Why kernels of 32-bit offsets cannot address all, null if they can. */
  private @Nullable String lackOfRoom(ConvolutionRequest request) {
    String lack = Limits.ofElements(request, mostElements);
    return lack == null ? Limits.ofLayouts(request, mostElements) : lack;
  }

  /** What kernels must be able to address where images can be computed in groups. */
  private static ConvolutionRequest oneImage(ConvolutionRequest request) {
    return ConvolutionRequest.of(request.convolution(), image(request.src()))
        .withDst(image(request.dst()));
  }

  private static TensorSpec image(TensorSpec spec) {
    return spec.withShape(spec.shape().with(0, 1));
  }

  /** What is composed of copies or runs in the naive loops takes the whole batch. */
  private static boolean canGroupImages(ConvolutionRequest request) {
    Convolution convolution = request.convolution();
    NativeProblem problem = NativeProblem.of(convolution, request.geometry());
    boolean loops =
        (problem.pads() || convolution.isTransposed())
            && request.weights().map(weights -> !SafeLoops.allFinite(weights)).orElse(false);
    return convolution.padding().mode() == PaddingMode.ZEROS
        && isWhole(problem, request.src(), request.dst())
        && !loops;
  }

  private static boolean stepsTooFar(NativeProblem problem) {
    return problem.exceeds(MOST_STEP)
        || (problem.convolution().isTransposed() && problem.rowStride() > MOST_TRANSPOSED_STRIDE);
  }

  /** Whether all of src and dst takes part, in numbers that are safe. */
  private static boolean isWhole(NativeProblem problem, TensorSpec src, TensorSpec dst) {
    return !problem.has(AxisPlan.Coverage.NONE)
        && !problem.has(AxisPlan.Coverage.GAPS)
        && !stepsTooFar(problem)
        && problem.srcWindow().isAll(src.shape())
        && problem.dstWindow().isAll(dst.shape());
  }

  @Override
  public PreparedConvolution prepare(ConvolutionRequest asked) {
    return Preparing.recorded(
        () -> {
          PreparedConvolution prepared =
              shadow == null
                  ? prepareAsked(asked)
                  : shadow.prepare(asked, names -> without(names).prepareAsked(asked));
          return options.ready() ? Readiness.of(prepared) : prepared;
        });
  }

  @Override
  public void makeReady(List<ConvolutionRequest> requests) {
    ledger.requireOpen();
    Readiness.ofAll(this, requests, request -> Readiness.of(prepareAsked(request)));
  }

  private PreparedConvolution prepareAsked(ConvolutionRequest asked) {
    ledger.requireOpen();
    var request = PrepareRequest.of(asked);
    Choice choice = knownChoice(request);
    if (choice == null) {
      Limits.requireSupport(NAME, request, lack(asked));
      choice = choose(request);
    }
    PreparedConvolution prepared =
        request.isF32()
            ? prepareFloats(request, choice)
            : TypedConvolution.prepare(
                NAME,
                ledger,
                request,
                floats -> prepareFloats(floats, null),
                this,
                (typed, reason) -> SafeLoops.prepare(NAME, ledger, typed, reason));
    return explained(prepared, request);
  }

  /** What was chosen for such a request before, which is thus supported; null if nothing was. */
  private @Nullable Choice knownChoice(PrepareRequest request) {
    if (!mayBeChosen(request)) {
      return null;
    }
    Choice known = WayCache.SHARED.choice(request, ledger.budget().threads(), mostElements);
    return known != null && known.takes(request.weights()) ? known : null;
  }

  /**
   * Chooses the way that does all of a supported request as it is written, and keeps the choice;
   * null where it takes more. Transposed convolutions are never as they are written.
   */
  private @Nullable Choice choose(PrepareRequest request) {
    Convolution convolution = request.convolution();
    if (!mayBeChosen(request)
        || convolution.padding().mode() != PaddingMode.ZEROS
        || !Fusion.serves(convolution.postOps())
        || CanonicalForm.mayBePlainer(request)) {
      return null;
    }
    NativeProblem problem = NativeProblem.of(convolution, request.geometry());
    if (!isWhole(problem, request.src(), request.dst())) {
      return null;
    }
    PrepareRequest settled = request.settled();
    List<Way> ways;
    try {
      ways = ways(problem, settled, false);
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return null;
      }
      throw e.forProblem(request.problemText());
    }
    if (ways.isEmpty()) {
      return null;
    }
    var choice = new Choice(ways.getFirst(), problem, settled.src(), settled.dst());
    if (!choice.takes(request.weights())) {
      return null;
    }
    WayCache.SHARED.keep(choice, request, ledger.budget().threads(), mostElements);
    return choice;
  }

  /** Whether a choice depends on nothing but what is described, and on whether it {@code takes}. */
  private boolean mayBeChosen(PrepareRequest request) {
    return avoided.isEmpty()
        && request.convolution().postOps().isPointwise()
        && request.convolution().fpmathMode() == FpmathMode.STRICT
        && !(request.weights().spec().layout() instanceof Layout.Blocked)
        && request.isF32();
  }

  private PreparedConvolution explained(PreparedConvolution prepared, PrepareRequest request) {
    String whyNot = Dnnl.multipliesBf16() ? BF16_IS_SLOWER : NO_BF16;
    return Fpmath.explained(prepared, request, whyNot, ledger);
  }

  @Override
  public TypedConvolution.Narrow ofBytes(PrepareRequest asked) {
    PrepareRequest request = asked.settled();
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    if (!sumsBytesAtOnce(problem, request)) {
      return TypedConvolution.Narrow.none(NOT_AT_ONCE);
    }
    try {
      return prepareBytes(problem, request);
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return TypedConvolution.Narrow.none(NO_KERNEL);
      }
      throw e.forProblem(request.problemText());
    }
  }

  @Override
  public @Nullable PreparedConvolution ofFusedBytes(PrepareRequest asked) {
    PrepareRequest request = asked.settled();
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    if (!sumsBytesAtOnce(problem, request) || !Fusion.serves(request.convolution().postOps())) {
      return null;
    }
    try {
      List<Way> ways = ways(problem, request, false);
      return ways.isEmpty() || ways.getFirst().isSlow() || !isTrusted(ways.getFirst(), request)
          ? null
          : prepare(ways.getFirst(), problem, request, request.src(), request.dst());
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return null;
      }
      throw e.forProblem(request.problemText());
    }
  }

  /** Whether an implementation adds in 32 bits, and was seen to when it had nothing else to do. */
  private boolean isTrusted(Way fused, PrepareRequest request) {
    // Those for tiles (AMX) pad in code of their own, of which no CPU was at hand.
    if (fused.implementation().addsPairs() || fused.implementation().name().contains("amx")) {
      return false;
    }
    PrepareRequest sums = TypedConvolution.sumsOf(request);
    NativeProblem problem = NativeProblem.of(sums.convolution(), sums.geometry());
    for (Way way : ways(problem, sums, true)) {
      if (way.name().equals(fused.name())) {
        return isExact(way, problem, sums);
      }
    }
    return false;
  }

  private boolean isExact(Way way, NativeProblem problem, PrepareRequest sums) {
    return BytesCheck.OF_THE_PROCESS.passes(
        way, sums, trial -> prepare(way, problem, trial, trial.src(), trial.dst()));
  }

  private static boolean sumsBytesAtOnce(NativeProblem problem, PrepareRequest request) {
    boolean atOnce =
        request.convolution().isTransposed()
            ? takesBytes(request.convolution())
            : !CanonicalForm.mayJoinRows(request);
    return atOnce && isDirect(problem, request);
  }

  /**
   * Whether primitives for bytes are faster than those for floats: with strides, since others are
   * convolutions, and not where each channel is a group.
   */
  private static boolean takesBytes(Convolution transposed) {
    if (transposed.isDepthwise()) {
      return false;
    }
    for (int axis = 0; axis < transposed.spatialRank(); axis++) {
      if (transposed.stride(axis) > 1) {
        return true;
      }
    }
    return false;
  }

  @Override
  public TypedConvolution.Narrow ofFloats(PrepareRequest asked) {
    if (asked.types().src() == DataType.F32) {
      return TypedConvolution.Narrow.none("");
    }
    String lack = lackOfNarrow(asked.types());
    if (lack != null) {
      return TypedConvolution.Narrow.none(lack);
    }
    PrepareRequest request = asked.settled();
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    if (!isDirect(problem, request) || !Fusion.serves(request.convolution().postOps())) {
      return TypedConvolution.Narrow.none(NOT_AT_ONCE);
    }
    try {
      List<Way> ways = ways(problem, request, false);
      return ways.isEmpty()
          ? TypedConvolution.Narrow.none(NO_KERNEL)
          : new TypedConvolution.Narrow(
              prepare(ways.getFirst(), problem, request, request.src(), request.dst()), "", 0);
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return TypedConvolution.Narrow.none(NO_KERNEL);
      }
      throw e.forProblem(request.problemText());
    }
  }

  /** Why no primitive computes these floats as they are, null if some may. */
  private static @Nullable String lackOfNarrow(ConvolutionTypes types) {
    DataType src = types.src();
    String name = src.name().toLowerCase(Locale.ROOT);
    if (!(src == DataType.BF16 ? Dnnl.hasBf16() : Dnnl.hasF16())) {
      return "this CPU has no instructions for " + name;
    }
    return types.weights() != src || (types.dst() != src && types.dst() != DataType.F32)
        ? "kernels for %s take weights of %s and make %s or f32 of them".formatted(name, name, name)
        : null;
  }

  private TypedConvolution.Narrow prepareBytes(NativeProblem problem, PrepareRequest request) {
    List<Way> ways = ways(problem, request, false);
    if (ways.isEmpty()) {
      return TypedConvolution.Narrow.none(NO_KERNEL);
    }
    Way way = ways.getFirst();
    boolean addsPairs = way.implementation().addsPairs() && !way.spec().isDepthwise();
    if (addsPairs && request.convolution().isTransposed()) {
      return TypedConvolution.Narrow.none(
          "without VNNI this CPU adds pairs of products, which are not known of transposed ones");
    }
    if (addsPairs) {
      String pair = BytePairs.saturating(request.convolution(), request.weights().toIntArray());
      if (pair != null) {
        return TypedConvolution.Narrow.none(
            "without VNNI this CPU adds pairs of products in 16 bits, which weights like %s saturate"
                .formatted(pair));
      }
    }
    if (!addsPairs && !isExact(way, problem, request)) {
      return TypedConvolution.Narrow.none("oneDNN's kernel for it is not exact on this CPU");
    }
    PreparedConvolution prepared = prepare(way, problem, request, request.src(), request.dst());
    if (addsPairs && !BytePairs.areOf(prepared)) {
      prepared.close();
      return TypedConvolution.Narrow.none("the pairs of products that are added are not known");
    }
    return new TypedConvolution.Narrow(
        prepared,
        addsPairs
            ? "no pair of these weights saturates the 16 bits in which this CPU adds two products"
            : "products are added in 32 bits",
        addsPairs || way.spec().isDepthwise() ? WORTHWHILE_PRODUCTS : WORTHWHILE_PRODUCTS_OF_VNNI);
  }

  private PreparedConvolution prepareFloats(PrepareRequest request, @Nullable Choice choice) {
    try {
      if (choice != null) {
        return prepare(choice, request);
      }
      return isInOneGo(request)
          ? prepare(request)
          : PostOpsConvolution.of(NAME, ledger, request, prepare(request.withoutPostOps()));
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return SafeLoops.prepare(NAME, ledger, request, "oneDNN has no implementation for it");
      }
      throw e.forProblem(request.problemText());
    }
  }

  @Override
  public List<String> implementations(PrepareRequest asked) {
    ledger.requireOpen();
    if (lack(asked.asRequest()) != null) {
      return List.of();
    }
    if (!asked.isF32()) {
      return List.of(COMPOSED);
    }
    PrepareRequest request = named(asked);
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest plain = plain(request, arena);
      return namesOf(plain == null ? request : plain);
    }
  }

  private List<String> namesOf(PrepareRequest request) {
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    if (!isDirect(problem, request)) {
      return List.of(COMPOSED);
    }
    try {
      List<String> names = new ArrayList<>();
      if (SubpixelConvolution.serves(request)) {
        names.add(SUBPIXEL);
      }
      ways(problem, request, true).forEach(way -> names.add(way.name()));
      return names;
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return List.of();
      }
      throw e.forProblem(request.problemText());
    }
  }

  /** The same work over the same bytes, where the caller wrote what oneDNN is slow at. */
  private static @Nullable PrepareRequest plain(PrepareRequest request, Arena arena) {
    boolean known =
        CanonicalForm.mayBePlainer(request)
            && request.convolution().padding().mode() == PaddingMode.ZEROS
            && !(request.src().layout() instanceof Layout.Blocked)
            && !(request.dst().layout() instanceof Layout.Blocked);
    return known ? CanonicalForm.plain(request, arena) : null;
  }

  /**
   * Whether one primitive runs the whole problem on the tensors as they are, whichever of its
   * implementations is taken.
   */
  private static boolean isDirect(NativeProblem problem, PrepareRequest request) {
    Convolution convolution = request.convolution();
    return convolution.padding().mode() == PaddingMode.ZEROS
        && isWhole(problem, request.src(), request.dst())
        && request.src().layout() instanceof Layout.Plain
        && request.dst().layout() instanceof Layout.Plain
        && !((problem.pads() || convolution.isTransposed())
            && !SafeLoops.allFinite(request.weights()));
  }

  @Override
  public PreparedConvolution prepare(PrepareRequest request, String implementation) {
    if (implementation.equals(COMPOSED) || implementation.equals(SUBPIXEL)) {
      if (!implementations(request).contains(implementation)) {
        throw noImplementation(request, implementation);
      }
      return prepare(request.asRequest());
    }
    ledger.requireOpen();
    if (lack(request.asRequest()) != null || !request.isF32()) {
      throw noImplementation(request, implementation);
    }
    PrepareRequest named = named(request);
    PreparedConvolution prepared = preparePlain(named, implementation);
    return explained(
        named.convolution().postOps().isEmpty()
            ? PostOpsConvolution.of(NAME, ledger, request, prepared)
            : prepared,
        request);
  }

  /**
   * Whether post-ops go where the convolution goes, whether that is one primitive or composed: they
   * need no tensor, or one primitive does everything.
   */
  private boolean isInOneGo(PrepareRequest request) {
    return request.convolution().postOps().isPointwise() || fuses(request);
  }

  /** The request whose ways have names: with post-ops where primitives apply them. */
  private PrepareRequest named(PrepareRequest request) {
    if (request.convolution().postOps().isEmpty()) {
      return request;
    }
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest plain =
          request.convolution().postOps().isPointwise() ? plain(request, arena) : null;
      return fuses(plain == null ? request : plain) ? request : request.withoutPostOps();
    }
  }

  /** Whether one primitive does all of a request, post-ops included. */
  private boolean fuses(PrepareRequest asked) {
    PostOps postOps = asked.convolution().postOps();
    PrepareRequest request = asked.settled();
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    if (!Fusion.serves(postOps)
        || !isDirect(problem, request)
        || SubpixelConvolution.serves(request)) {
      return false;
    }
    if (!postOps.isPointwise() && CanonicalForm.mayHavePlainerAxes(request)) {
      try (Arena arena = Arena.ofConfined()) {
        if (plain(request.withoutPostOps(), arena) != null) {
          return false;
        }
      }
    }
    return !ways(problem, request, false).isEmpty();
  }

  private PreparedConvolution preparePlain(PrepareRequest request, String implementation) {
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest plain = plain(request, arena);
      return plain == null
          ? prepareNamed(request, implementation)
          : RewrittenConvolution.of(NAME, ledger, request, prepareNamed(plain, implementation));
    }
  }

  private PreparedConvolution prepareNamed(PrepareRequest request, String implementation) {
    NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
    try {
      Way way = way(problem, request, implementation);
      if (way != null) {
        return prepare(way, problem, request, request.src(), request.dst());
      }
    } catch (DnnlStatusException e) {
      throw e.forProblem(request.problemText());
    }
    throw noImplementation(request, implementation);
  }

  private @Nullable Way way(NativeProblem problem, PrepareRequest request, String name) {
    if (!isDirect(problem, request)) {
      return null;
    }
    // What is found without looking further is most often what is asked for.
    for (boolean all : new boolean[] {false, true}) {
      for (Way way : ways(problem, request, all)) {
        if (way.name().equals(name)) {
          return way;
        }
      }
    }
    return null;
  }

  private static IllegalArgumentException noImplementation(
      PrepareRequest request, String implementation) {
    return new IllegalArgumentException(
        "%s has no implementation %s of %s".formatted(NAME, implementation, request.problemText()));
  }

  private List<Way> ways(NativeProblem problem, PrepareRequest request, boolean all) {
    return ways(problem, request.src(), request.dst(), all);
  }

  private List<Way> ways(NativeProblem problem, TensorSpec src, TensorSpec dst, boolean all) {
    if (avoided.isEmpty()) {
      return known(problem, src, dst, all);
    }
    return known(problem, src, dst, true).stream()
        .filter(way -> !avoided.contains(way.implementation().name()))
        .toList();
  }

  /** Those by products of bf16 too where the description permits them and the CPU has them. */
  private List<Way> known(NativeProblem problem, TensorSpec src, TensorSpec dst, boolean all) {
    List<Way> ways = WayCache.SHARED.ways(problem, src, dst, mostElements, all);
    boolean mayRound =
        problem.convolution().fpmathMode() == FpmathMode.BF16
            && src.dataType() == DataType.F32
            && Dnnl.multipliesBf16();
    if (!mayRound) {
      return ways;
    }
    List<Way> rounding =
        WayCache.SHARED.ways(problem.roundingToBf16(), src, dst, mostElements, all);
    boolean first =
        !rounding.isEmpty()
            && (ways.isEmpty()
                || rounding.getFirst().nanos() < WORTH_ROUNDING * ways.getFirst().nanos());
    List<Way> both = new ArrayList<>(first ? rounding : ways);
    if (all) {
      both.addAll(first ? ways : rounding);
    }
    return both;
  }

  /** Only for pointwise kernels, which were measured to be faster by it (docs/adr/0034). */
  @Override
  public @Nullable PreparedConvolution prepareInPlace(ConvolutionRequest asked) {
    ledger.requireOpen();
    if (lack(asked) != null || !Fusion.mayAddToDst(asked.convolution().postOps())) {
      return null;
    }
    PrepareRequest request = PrepareRequest.of(asked).settled();
    if (!request.isF32() || (shadow != null && shadow.avoids(request))) {
      return null;
    }
    try {
      NativeProblem problem = NativeProblem.of(request.convolution(), request.geometry());
      if (!problem.isPointwise() || !fuses(request)) {
        return null;
      }
      NativeProblem adding = problem.addingToDst();
      List<Way> ways = ways(adding, request, false);
      if (ways.isEmpty() || ways.getFirst().copies() || ways.getFirst().isSlow()) {
        return null;
      }
      PreparedConvolution prepared =
          prepare(ways.getFirst(), adding, request, request.src(), request.dst());
      PreparedConvolution explained = explained(prepared, request);
      return options.ready() ? Readiness.of(explained) : explained;
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return null;
      }
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
    if (!CanonicalForm.mayBePlainer(request)) {
      return prepareAsWritten(request);
    }
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest settled = request.settled();
      PrepareRequest plain = plain(settled, arena);
      return plain == null
          ? prepareAsWritten(request)
          : RewrittenConvolution.of(NAME, ledger, settled, prepareAsWritten(plain));
    }
  }

  private PreparedConvolution prepareAsWritten(PrepareRequest request) {
    Convolution convolution = request.convolution();
    if (convolution.padding().mode() != PaddingMode.ZEROS) {
      return StagedConvolution.padded(this, ledger, request);
    }
    NativeProblem problem = NativeProblem.of(convolution, request.geometry());
    if (problem.has(AxisPlan.Coverage.NONE)) {
      return StagedConvolution.biasOnly(this, ledger, request);
    }
    if (stepsTooFar(problem)) {
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
    return whole
        ? first(problem, request, request.settled().src(), request.settled().dst())
        : StagedConvolution.windowed(
            this,
            ledger,
            request,
            problem.srcWindow(),
            problem.dstWindow(),
            (src, dst) -> first(problem, request, src, dst));
  }

  private PreparedConvolution first(
      NativeProblem problem, PrepareRequest request, TensorSpec src, TensorSpec dst) {
    PostOps postOps = problem.convolution().postOps();
    List<Way> ways = Fusion.serves(postOps) ? ways(problem, src, dst, false) : List.of();
    if (ways.isEmpty() && !postOps.isEmpty()) {
      PrepareRequest plain = request.withoutPostOps();
      return PostOpsConvolution.of(
          NAME, ledger, request, first(problem.withoutPostOps(), plain, src, dst));
    }
    if (ways.isEmpty()) {
      throw new DnnlStatusException(DnnlStatusException.UNIMPLEMENTED, "choosing a kernel");
    }
    return prepare(ways.getFirst(), problem, request, src, dst);
  }

  private PreparedConvolution prepare(
      Way way, NativeProblem problem, PrepareRequest request, TensorSpec src, TensorSpec dst) {
    return prepare(new Choice(way, problem, src, dst), request);
  }

  private PreparedConvolution prepare(Choice choice, PrepareRequest request) {
    if (choice.way().implementation().isOfGradients()
        && choice.way().spec().hasBias()
        && request.isF32()) {
      return withBiasAfterwards(choice, request);
    }
    var prepared = OnednnPrimitive.prepare(choice, request, mostElements, ledger);
    if (choice.way().isSlow()) {
      SlowLog.tell(
          "oneDNN has only its slow implementation " + choice.way().implementation().name(),
          prepared.explain().problem());
    }
    return prepared;
  }

  /** The same by the same implementation, and a pass that adds the bias and applies post-ops. */
  private PreparedConvolution withBiasAfterwards(Choice choice, PrepareRequest request) {
    PrepareRequest plain = request.withoutBias();
    NativeProblem problem = NativeProblem.of(plain.convolution(), plain.geometry());
    String implementation = choice.way().name();
    for (Way way : WayCache.SHARED.ways(problem, choice.src(), choice.dst(), mostElements, true)) {
      if (way.name().equals(implementation)) {
        return PostOpsConvolution.withBias(
            NAME,
            ledger,
            request,
            prepare(new Choice(way, problem, choice.src(), choice.dst()), plain));
      }
    }
    return OnednnPrimitive.prepare(choice, request, mostElements, ledger);
  }

  @Override
  public PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return PreparedSequence.prepare(this, ledger, sequence, src, parameters);
  }

  @Override
  public void close() {
    try {
      ledger.close();
    } finally {
      if (closed.compareAndSet(false, true)) {
        CompilationCache.SHARED.close();
        if (shadow != null) {
          shadow.close();
        }
      }
    }
  }
}

package io.github.conv4j.internal.auto;

import io.github.conv4j.CallRefusedException;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOp;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.Explanation.Candidate;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.engine.Support;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.internal.compose.TypedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.InPlaceSums;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.prepared.Preparing;
import io.github.conv4j.internal.ready.Readiness;
import io.github.conv4j.internal.reference.SafeLoops;
import io.github.conv4j.internal.shadow.Shadowing;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs each problem in the way that was measured fastest on this machine, among all ways of all
 * engines that can be told how ({@link Alternatives}).
 *
 * <p>Layout ANY becomes channels-last before anyone is asked, so that all compete on the same
 * tensors. A problem is measured once in a process, or never where the file of choices knows it.
 * Weights that are not all finite are neither measured nor looked up: engines take special ways for
 * them, and the best engine's own choice runs.
 */
final class AutoEngine implements Engine, InPlaceSums, LedgerOwner {
  static final String NAME = "auto";

  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private final EngineOptions options;
  private final Tuning tuning;
  private final List<Alternatives> engines;
  private final Choices choices;
  private final Ledger ledger;
  private final Stopwatch stopwatch;
  private final MeasuringTurns turns;
  private final @Nullable Shadowing shadow;

  /** Whether some implementations of the engines must not be used. */
  private final boolean avoids;

  /**
   * Takes ownership of {@code engines}.
   *
   * @param engines the best first
   */
  AutoEngine(EngineOptions options, List<? extends Alternatives> engines) {
    this(options, engines, Stopwatch.OF_THE_JVM, MeasuringTurns.OF_THE_PROCESS);
  }

  AutoEngine(
      EngineOptions options,
      List<? extends Alternatives> engines,
      Stopwatch stopwatch,
      MeasuringTurns turns) {
    this.options = options;
    this.stopwatch = stopwatch;
    this.turns = turns;
    this.ledger = new Ledger(NAME, options);
    this.engines = List.copyOf(engines);
    for (Alternatives engine : engines) {
      if (engine instanceof LedgerOwner owner) {
        owner.ledger().shareBudget(ledger.budget());
      }
    }
    this.tuning = options.find(Tuning.class).orElseGet(Tuning::defaults);
    this.choices = new Choices(tuning.choices());
    this.shadow = Shadowing.of(NAME, ChoiceKey.versions(this.engines), options, ledger);
    this.avoids = false;
  }

  /** Another view of the same engine, which is closed with that one. */
  private AutoEngine(
      AutoEngine engine, EngineOptions options, List<Alternatives> engines, boolean avoids) {
    this.options = options;
    this.stopwatch = engine.stopwatch;
    this.turns = engine.turns;
    this.ledger = engine.ledger;
    this.engines = engines;
    this.tuning = engine.tuning;
    this.choices = engine.choices;
    this.shadow = null;
    this.avoids = avoids;
  }

  private AutoEngine strict() {
    return new AutoEngine(
        this,
        options.withAccuracy(Accuracy.STRICT),
        engines.stream().map(Alternatives::strict).toList(),
        avoids);
  }

  private AutoEngine without(Set<String> implementations) {
    boolean any = !implementations.isEmpty();
    return new AutoEngine(
        this,
        options,
        any ? engines.stream().map(each -> each.without(implementations)).toList() : engines,
        any);
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

  @Override
  public EngineMemory memory() {
    var sum = new EngineMemory(0, 0, ledger.weightsByteSize(), ledger.workingByteSize());
    for (Alternatives engine : engines) {
      EngineMemory inner = engine.memory();
      sum =
          new EngineMemory(
              sum.compiledBytes() + inner.compiledBytes(),
              sum.compiledInUseBytes() + inner.compiledInUseBytes(),
              sum.weightsBytes() + inner.weightsBytes(),
              sum.workingBytes() + inner.workingBytes());
    }
    return sum;
  }

  @Override
  public Support support(ConvolutionRequest request) {
    List<String> reasons = new ArrayList<>();
    for (Alternatives engine : engines) {
      switch (engine.support(request)) {
        case Support.Supported yes -> {
          return yes;
        }
        case Support.Unsupported no -> reasons.add(engine.name() + ": " + no.reason());
      }
    }
    return new Support.Unsupported("no engine runs it: " + String.join("; ", reasons));
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

  @Override
  public ShadowCounts shadowCounts() {
    return shadow == null ? ShadowCounts.NONE : shadow.counts();
  }

  private PreparedConvolution prepareChecked(ConvolutionRequest request) {
    ledger.requireOpen();
    var asked = PrepareRequest.of(request);
    if (support(request) instanceof Support.Unsupported no) {
      throw new UnsupportedConvolutionException(NAME, asked.problemText(), no.reason());
    }
    try {
      PreparedConvolution prepared = prepare(asked.settled());
      return options.ready() ? Readiness.of(prepared) : prepared;
    } catch (IllegalStateException e) {
      // Closed by another thread while it was measuring: say it of this engine, not of an inner
      // one.
      ledger.requireOpen();
      throw e;
    }
  }

  @Override
  public void makeReady(List<ConvolutionRequest> requests) {
    ledger.requireOpen();
    Readiness.ofAll(this, requests, request -> Readiness.of(prepare(request)));
  }

  /** By the engine of the fastest way, where that is what the engine chooses itself. */
  @Override
  public @Nullable PreparedConvolution prepareInPlace(ConvolutionRequest request) {
    if (shadow != null || !beginsWithSum(request)) {
      return null;
    }
    try (PreparedConvolution fastest = prepareChecked(request)) {
      List<Candidate> candidates = fastest.explain().candidates();
      PrepareRequest asked = PrepareRequest.of(request).settled();
      for (Alternatives engine : engines) {
        if (engine instanceof InPlaceSums sums && choosesTheFastest(engine, asked, candidates)) {
          PreparedConvolution sum = sums.prepareInPlace(request);
          return sum == null ? null : delegate(sum, candidates, fastest.explain().warnings());
        }
      }
      return null;
    }
  }

  /** Whether the first post-op adds a tensor of the run that is as large as dst. */
  private static boolean beginsWithSum(ConvolutionRequest request) {
    List<PostOp> postOps = request.convolution().postOps().list();
    return !postOps.isEmpty()
        && postOps.getFirst().equals(PostOp.add(PostOp.Operand.full().atEachRun()));
  }

  private static boolean choosesTheFastest(
      Alternatives engine, PrepareRequest request, List<Candidate> candidates) {
    List<String> ways = engine.implementations(request);
    return !ways.isEmpty()
        && candidates.stream()
            .filter(Candidate::chosen)
            .anyMatch(
                each ->
                    each.engine().equals(engine.name())
                        && each.implementation().equals(ways.getFirst()));
  }

  /** Integers and short floats by whatever is fastest for the same convolution of f32. */
  private PreparedConvolution typed(PrepareRequest request) {
    boolean strict = request.types().isQuantized() && options.accuracy() != Accuracy.STRICT;
    AutoEngine inner = strict ? strict() : this;
    return TypedConvolution.prepare(
        NAME,
        ledger,
        request,
        floats -> inner.prepare(floats.settled()),
        new FirstEngine(engines),
        (asked, reason) -> SafeLoops.prepare(NAME, ledger, asked, reason));
  }

  /** The first engine that has kernels for narrow types, which are faster than all for f32. */
  private record FirstEngine(List<Alternatives> engines) implements TypedConvolution.NarrowKernels {
    @Override
    public TypedConvolution.Narrow ofBytes(PrepareRequest request) {
      return first("no engine has kernels for bytes", kernels -> kernels.ofBytes(request));
    }

    @Override
    public TypedConvolution.Narrow ofFloats(PrepareRequest request) {
      return first("no engine has kernels for them", kernels -> kernels.ofFloats(request));
    }

    @Override
    public @Nullable PreparedConvolution ofFusedBytes(PrepareRequest request) {
      for (Alternatives engine : engines) {
        if (engine instanceof TypedConvolution.NarrowKernels kernels) {
          PreparedConvolution prepared = kernels.ofFusedBytes(request);
          if (prepared != null) {
            return prepared;
          }
        }
      }
      return null;
    }

    private TypedConvolution.Narrow first(
        String whyNone, Function<TypedConvolution.NarrowKernels, TypedConvolution.Narrow> prepare) {
      TypedConvolution.Narrow narrow = TypedConvolution.Narrow.none(whyNone);
      for (Alternatives engine : engines) {
        if (engine instanceof TypedConvolution.NarrowKernels kernels) {
          narrow = prepare.apply(kernels);
          if (narrow.prepared() != null) {
            return narrow;
          }
        }
      }
      return narrow;
    }
  }

  private PreparedConvolution prepare(PrepareRequest request) {
    if (!request.types().isF32()) {
      return typed(request);
    }
    var key = ChoiceKey.of(request, options, engines);
    PreparedConvolution known = chosen(request, key);
    if (known != null) {
      return known;
    }
    List<Way> ways = ways(request);
    if (ways.isEmpty() && avoids) {
      return SafeLoops.prepare(NAME, ledger, request, "all kernels for it are avoided");
    }
    if (ways.isEmpty()) {
      throw refusal(request);
    }
    if (ways.size() == 1) {
      return unmeasured(request, ways, "the only candidate: not measured");
    }
    if (!SafeLoops.allFinite(request.weights())) {
      return unmeasured(request, ways, "not measured: the weights are not all finite");
    }
    Predicate<Choice> usable = choice -> wayOf(choice, ways) != null;
    try {
      while (true) {
        Choices.Known found = choices.find(key, usable);
        if (found != null) {
          return known(request, ways, found);
        }
        if (tuning.budget().isZero()) {
          return unmeasured(request, ways, "not measured: the budget is zero");
        }
        if (RacesInProgress.OF_THE_PROCESS.begin(key)) {
          return race(request, ways, key, usable);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unmeasured(request, ways, "not measured: the thread was interrupted");
    } catch (CallRefusedException e) {
      return unmeasured(request, ways, "not measured: " + e.getMessage());
    }
  }

  /** Measures, unless another thread has just finished with the same problem. */
  private PreparedConvolution race(
      PrepareRequest request, List<Way> ways, ChoiceKey key, Predicate<Choice> usable)
      throws InterruptedException {
    try {
      Choices.Known known = choices.find(key, usable);
      return known == null ? measured(request, ways, key) : known(request, ways, known);
    } finally {
      RacesInProgress.OF_THE_PROCESS.end(key);
    }
  }

  private List<Way> ways(PrepareRequest request) {
    List<Way> ways = new ArrayList<>();
    for (Alternatives engine : engines) {
      try {
        engine.implementations(request).forEach(name -> ways.add(new Way(engine, name)));
      } catch (EngineFailureException e) {
        LOG.log(Level.WARNING, "engine auto goes without {0}: {1}", engine.name(), e.getMessage());
      }
    }
    return ways;
  }

  /** Lets the best engine say what is wrong. */
  private UnsupportedConvolutionException refusal(PrepareRequest request) {
    String reason = "no engine runs it";
    try {
      engines.getFirst().prepare(request.asRequest()).close();
    } catch (UnsupportedConvolutionException e) {
      reason = String.valueOf(e.getMessage());
    }
    return new UnsupportedConvolutionException(NAME, request.problemText(), reason);
  }

  private static @Nullable Way wayOf(Choice choice, List<Way> ways) {
    for (Way way : ways) {
      if (way.is(choice.chosen())) {
        return way;
      }
    }
    return null;
  }

  private PreparedConvolution unmeasured(PrepareRequest request, List<Way> ways, String why) {
    List<Candidate> candidates = new ArrayList<>();
    for (Way way : ways) {
      boolean chosen = candidates.isEmpty();
      candidates.add(
          Candidate.of(way.engine().name(), way.implementation())
              .withChosen(chosen)
              .withNote(chosen ? why : ""));
    }
    return delegate(ways.getFirst().prepare(request), candidates, List.of());
  }

  /**
   * Prepares what is known to be fastest, without asking every engine what else it has. Null if
   * nothing is known, or nothing of that can be prepared here.
   */
  private @Nullable PreparedConvolution chosen(PrepareRequest request, ChoiceKey key) {
    if (!SafeLoops.allFinite(request.weights())) {
      return null;
    }
    var prepared = new AtomicReference<@Nullable PreparedConvolution>();
    Choices.Known known =
        choices.find(
            key,
            choice -> {
              prepared.set(chosen(request, choice));
              return prepared.get() != null;
            });
    PreparedConvolution found = prepared.get();
    return known == null || found == null ? null : known(found, known);
  }

  /** Prepares a choice; null if there is no such way here, or it fails: others may not. */
  private @Nullable PreparedConvolution chosen(PrepareRequest request, Choice choice) {
    Choice.Timing chosen = choice.chosen();
    for (Alternatives engine : engines) {
      if (engine.name().equals(chosen.engine())) {
        try {
          return engine.prepare(request, chosen.implementation());
        } catch (IllegalArgumentException | EngineFailureException e) {
          LOG.log(Level.DEBUG, "the choice of {0} is not prepared: {1}", chosen, e.getMessage());
        }
      }
    }
    return null;
  }

  private PreparedConvolution known(PreparedConvolution prepared, Choices.Known known) {
    List<Candidate> candidates = new ArrayList<>();
    for (Choice.Timing timing : known.choice().timings()) {
      boolean chosen = candidates.isEmpty();
      candidates.add(
          Candidate.of(timing.engine(), timing.implementation())
              .withMedianNanos(timing.medianNanos())
              .withChosen(chosen)
              .withNote(known.source()));
    }
    return delegate(prepared, candidates, List.of());
  }

  private PreparedConvolution known(PrepareRequest request, List<Way> ways, Choices.Known known) {
    Way way = wayOf(known.choice(), ways);
    return known((way == null ? ways.getFirst() : way).prepare(request), known);
  }

  private PreparedConvolution measured(PrepareRequest request, List<Way> ways, ChoiceKey key)
      throws InterruptedException {
    Tuner.Outcome outcome;
    try {
      outcome = new Tuner(request, options, tuning.budget(), stopwatch, turns).run(ways);
    } catch (OutOfMemoryError e) {
      return unmeasured(request, ways, "not measured: the memory does not suffice for all");
    }
    try {
      choices.remember(key, outcome.choice());
      List<Candidate> candidates = new ArrayList<>();
      for (Finding finding : outcome.findings()) {
        candidates.add(finding.asCandidate().withChosen(candidates.isEmpty()));
      }
      return delegate(outcome.prepared(), candidates, outcome.warnings());
    } catch (Throwable e) {
      outcome.prepared().close();
      throw e;
    }
  }

  /** Takes ownership of {@code prepared}. */
  private PreparedConvolution delegate(
      PreparedConvolution prepared, List<Candidate> candidates, List<String> warnings) {
    try {
      Explanation inner = prepared.explain();
      List<String> all = new ArrayList<>(inner.warnings());
      all.addAll(warnings);
      var explanation =
          Explanation.of(NAME, inner.problem(), inner.stages())
              .withWarnings(all)
              .withCandidates(candidates);
      return PreparedProgram.renamed(prepared, explanation, ledger);
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }

  @Override
  public PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return PreparedSequence.prepare(this, ledger, sequence, src, parameters);
  }

  @Override
  public void close() {
    ledger.close();
    engines.forEach(Engine::close);
    if (shadow != null) {
      shadow.close();
    }
  }
}

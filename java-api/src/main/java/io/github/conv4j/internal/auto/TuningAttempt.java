package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineFailureException;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.ready.CompilationCut;
import io.github.conv4j.internal.ready.ProblemCut;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the ways to run a problem, which spends as little as possible on those that will
 * not win; another pass follows where a way that decided about others was wrong.
 *
 * <p>The ways are taken one after the other, the best engine's own choice first. Whose bound is
 * hopeless is not even prepared. Of a large problem every way runs a cut first, and who is hopeless
 * there goes no further; of others Java code is compiled on a part. Whoever is left is prepared,
 * makes a first call, is checked, and is closed at once if it turns out hopeless; where that is
 * what an engine of Java code prefers, its other ways are not tried. The rest race.
 */
final class TuningAttempt implements AutoCloseable {
  /** A call of fewer products is short in any compiled code. */
  private static final long LARGE_PRODUCTS = 64_000_000;

  /** Who is so many times slower on a cut is not run on the whole, where others may lose more. */
  private static final double HOPELESS_ON_CUT = 4;

  /** One long call tells more than many short ones. */
  private static final double HOPELESS_OF_LONG_CALLS = 2;

  /** Who is so many times further behind than would be hopeless did not only have a bad start. */
  private static final double FAR_BEHIND = 4;

  /** Who takes from the heap must be so many times faster than who does not. */
  private static final double WORTH_ITS_GARBAGE = 1.25;

  private static final String NOT_COMPILED = "its code was not compiled in time";
  private static final String DISAGREES = "left out: its result disagrees";

  private final Tuner tuner;
  private final PrepareRequest request;
  private final List<Way> ways;
  private final Map<Way, String> excluded;
  private final boolean isLarge;
  private final MeasuredProblem whole;

  /** Of a large problem, which every way runs. */
  private final @Nullable ProblemCut cut;

  private final @Nullable MeasuredProblem part;
  private final Arena arena;
  private final CandidateWarmUp warmUp;
  private final long budgetNanos;

  /** What the whole would take by what the cut took. */
  private final Map<Way, Double> estimates = new HashMap<>();

  private final Map<Way, Finding> findings = new HashMap<>();
  private final List<TimedCandidate> open = new ArrayList<>();
  private final Set<TimedCandidate> uncompiled = new HashSet<>();

  /** Engines of Java code whose own choice is hopeless. */
  private final Set<Alternatives> outrun = new HashSet<>();

  private double quickest = Double.POSITIVE_INFINITY;
  private @Nullable RuntimeException firstFailure;
  private @Nullable TimedCandidate winner;

  /**
   * Creates an attempt.
   *
   * @param excluded ways that are known to fail or to compute something else, with the reason; more
   *     are added
   */
  TuningAttempt(Tuner tuner, List<Way> ways, Map<Way, String> excluded, Arena arena) {
    this.tuner = tuner;
    this.request = tuner.request();
    this.ways = ways;
    this.excluded = excluded;
    this.budgetNanos = tuner.budgetNanos();
    this.arena = arena;
    this.whole = problem(request);
    this.isLarge = request.convolution().multiplications(request.src().shape()) >= LARGE_PRODUCTS;
    this.cut = isLarge ? ProblemCut.of(request, ProblemCut.PRODUCTS_FOR_AN_ESTIMATE) : null;
    this.part = cut == null ? null : problem(cut.request());
    this.warmUp = new CandidateWarmUp(budgetNanos, ways.size(), tuner.stopwatch(), tuner.turns());
    excluded.forEach(this::leaveOut);
  }

  private MeasuredProblem problem(PrepareRequest of) {
    return new MeasuredProblem(of, tuner.options().accuracy(), tuner.turns(), arena);
  }

  /**
   * Finds the winner; returns false where a way has to be excluded that others were measured by.
   */
  boolean run() throws InterruptedException {
    List<Way> order = new ArrayList<>(ways);
    order.removeAll(excluded.keySet());
    int excludedCount = excluded.size();
    order.sort(Comparator.comparing(CostBound::isNaive));
    if (isLarge) {
      for (Way way : order) {
        if (!tryOnCut(way, leastEstimate())) {
          return false;
        }
      }
      quickest = leastEstimate();
      order.removeIf(this::isLeftOut);
      order.sort(Comparator.comparing(way -> estimates.getOrDefault(way, 0.0)));
      quickest = Double.POSITIVE_INFINITY;
    }
    for (Way way : order) {
      if (!enter(way)) {
        return false;
      }
    }
    if (!open.isEmpty()) {
      open.sort(Comparator.comparing(candidate -> ways.indexOf(candidate.way())));
      closeUncompiled();
      winner = race();
    }
    if (winner != null) {
      return true;
    }
    boolean isAnyLeft = ways.stream().anyMatch(way -> !excluded.containsKey(way));
    if (isAnyLeft && excluded.size() > excludedCount) {
      return false;
    }
    throw nobody();
  }

  /** Returns the winner among those whose calls do not fail; null if there are none. */
  private @Nullable TimedCandidate race() throws InterruptedException {
    TimedCandidate best = null;
    while (best == null && !open.isEmpty()) {
      best =
          new CandidateRace(
                  open, whole.src(), whole.dst(), budgetNanos, tuner.turns(), this::failLate)
              .run();
    }
    return best;
  }

  /** Goes on without a candidate whose first calls were right. */
  private void failLate(TimedCandidate candidate, EngineFailureException e) {
    close(candidate.way());
    fail(candidate.way(), e, "failed: ");
  }

  private double leastEstimate() {
    return estimates.values().stream()
        .mapToDouble(Double::doubleValue)
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  /**
   * Runs a way on the cut, where there is one, unless even that is hopeless.
   *
   * @param others what the quickest other takes, or would take, for the whole
   * @return false if all must begin anew
   */
  private boolean tryOnCut(Way way, double others) throws InterruptedException {
    if (cut == null || part == null || isBoundedOut(way, others)) {
      return true;
    }
    return onPart(
        way,
        cut,
        part,
        candidate -> {
          boolean isCompiled = warmUp.run(candidate, part, others * cut.share());
          double nanos = candidate.shortestNanos() / cut.share();
          if (!isCompiled && nanos > HOPELESS_ON_CUT * others) {
            leaveOut(way, "not run: " + NOT_COMPILED);
          } else {
            estimates.put(way, nanos);
          }
        });
  }

  /** Runs Java code until it is compiled, on a part that tells nothing else about the whole. */
  private boolean compile(Way way) throws InterruptedException {
    if (isBoundedOut(way, quickest)) {
      return true;
    }
    ProblemCut few = CompilationCut.of(way.engine(), way.implementation(), request, arena);
    if (few == null) {
      return true;
    }
    MeasuredProblem small = problem(few.request());
    return onPart(way, few, small, candidate -> warmUp.compile(candidate, small));
  }

  /** What is done with a candidate whose first call on a part was right. */
  @FunctionalInterface
  private interface Trial {
    void run(TimedCandidate candidate) throws InterruptedException;
  }

  private boolean onPart(Way way, ProblemCut of, MeasuredProblem problem, Trial trial)
      throws InterruptedException {
    PreparedConvolution prepared;
    try {
      prepared = way.prepare(of.request());
    } catch (IllegalArgumentException e) {
      return true; // the smaller problem has no such implementation
    } catch (EngineFailureException | UnsupportedConvolutionException e) {
      return true; // the whole will tell whether it cannot be prepared either
    }
    try (prepared) {
      var candidate = new TimedCandidate(way, prepared, tuner.stopwatch(), problem.operands());
      Way disagreeing = problem.first(candidate);
      if (disagreeing != null) {
        disagree(disagreeing);
        return disagreeing.equals(way);
      }
      trial.run(candidate);
    } catch (EngineFailureException e) {
      fail(way, e, "failed: ");
    }
    return true;
  }

  /** Prepares a way and makes it ready to race; returns false if all must begin anew. */
  private boolean enter(Way way) throws InterruptedException {
    if (outrun.contains(way.engine())) {
      leaveOut(way, "not run: its engine prefers another, which is far behind");
      return true;
    }
    if (way.engine().warmsUp() && !isLarge && !compile(way)) {
      return false;
    }
    if (isLeftOut(way) || isBoundedOut(way, quickest)) {
      return true;
    }
    TimedCandidate candidate;
    try {
      candidate =
          new TimedCandidate(way, way.prepare(request), tuner.stopwatch(), whole.operands());
    } catch (EngineFailureException | UnsupportedConvolutionException e) {
      fail(way, e, "cannot be prepared: ");
      return true;
    }
    open.add(candidate);
    try {
      Way disagreeing = whole.first(candidate);
      if (disagreeing != null) {
        disagree(disagreeing);
        close(way);
        return disagreeing.equals(way);
      }
      if (!warmUp.run(candidate, whole, quickest)) {
        uncompiled.add(candidate);
        return true;
      }
      warmUp.forgive(candidate);
    } catch (EngineFailureException e) {
      close(way);
      fail(way, e, "failed: ");
      return true;
    }
    quickest = Math.min(quickest, candidate.shortestNanos());
    closeHopeless();
    if (isOwnChoice(way) && !open.contains(candidate)) {
      outrun.add(way.engine());
    }
    return true;
  }

  /**
   * Whether an engine of Java code, whose other ways would have to be compiled, prefers this one.
   * Not at relaxed accuracy, where it chooses between algorithms and not only between loops.
   */
  private boolean isOwnChoice(Way way) {
    return !isLarge
        && way.engine().warmsUp()
        && tuner.options().accuracy() == Accuracy.STRICT
        && ways.stream().filter(w -> w.engine() == way.engine()).findFirst().get().equals(way);
  }

  private boolean isBoundedOut(Way way, double others) {
    double least = CostBound.leastNanos(way, request, tuner.options().threads());
    if (least <= CandidateWarmUp.HOPELESS * others) {
      return false;
    }
    leaveOut(
        way,
        "not run: naive loops over %,d products"
            .formatted(request.convolution().multiplications(request.src().shape())));
    return true;
  }

  /** Whether a way is out already, or by its estimate. */
  private boolean isLeftOut(Way way) {
    double estimate = estimates.getOrDefault(way, 0.0);
    if (!findings.containsKey(way) && estimate > HOPELESS_ON_CUT * quickest) {
      leaveOut(
          way,
          "not run: on a part of the problem %.0f times slower".formatted(estimate / quickest));
    }
    return findings.containsKey(way);
  }

  /** Closes who cannot win any more, after a second look at those that are not far behind. */
  private void closeHopeless() throws InterruptedException {
    for (TimedCandidate candidate : List.copyOf(open)) {
      if (isHopeless(candidate, 1) && !isHopeless(candidate, FAR_BEHIND)) {
        try {
          warmUp.lookAgain(candidate, whole);
        } catch (EngineFailureException e) {
          failLate(candidate, e);
          continue;
        }
      }
      if (isHopeless(candidate, 1)) {
        findings.put(candidate.way(), Finding.measured(candidate));
        close(candidate.way());
      }
    }
  }

  private boolean isHopeless(TimedCandidate candidate, double times) {
    double limit = candidate.isLong() ? HOPELESS_OF_LONG_CALLS : CandidateWarmUp.HOPELESS;
    return candidate.shortestNanos() > times * limit * quickest;
  }

  /**
   * Leaves out who would take from the heap in every call, perhaps for ever, unless it is much
   * faster than the others. Where all are such, their times mean nothing, and the first stays.
   */
  private void closeUncompiled() {
    boolean all = uncompiled.containsAll(open);
    TimedCandidate first = open.getFirst();
    for (TimedCandidate candidate : List.copyOf(open)) {
      boolean stays =
          all ? candidate == first : candidate.shortestNanos() * WORTH_ITS_GARBAGE <= quickest;
      if (uncompiled.contains(candidate) && !stays) {
        leaveOut(candidate.way(), "left out: " + NOT_COMPILED);
        close(candidate.way());
      }
    }
  }

  private void close(Way way) {
    for (TimedCandidate candidate : List.copyOf(open)) {
      if (candidate.way().equals(way)) {
        open.remove(candidate);
        candidate.prepared().close();
      }
    }
  }

  private void leaveOut(Way way, String why) {
    findings.put(way, Finding.leftOut(way, why));
  }

  private void disagree(Way way) {
    excluded.put(way, DISAGREES);
    leaveOut(way, DISAGREES);
    tuner.warn("%s computes something else than the others and is not used".formatted(way));
  }

  private void fail(Way way, RuntimeException e, String what) {
    firstFailure = firstFailure == null ? e : firstFailure;
    excluded.put(way, what + e.getMessage());
    leaveOut(way, what + e.getMessage());
    tuner.warn("%s %s%s".formatted(way, what, e.getMessage()));
  }

  private RuntimeException nobody() {
    return firstFailure != null && !excluded.containsValue(DISAGREES)
        ? firstFailure
        : new EngineFailureException(
            AutoEngine.NAME,
            request.problemText(),
            "choosing an implementation",
            "every implementation differs from the naive loops");
  }

  /** Returns what {@link #run} has found. */
  Tuner.Outcome outcome() {
    TimedCandidate best = Objects.requireNonNull(winner);
    List<Finding> others = new ArrayList<>(findings.values());
    open.stream().filter(other -> other != best).map(Finding::measured).forEach(others::add);
    others.sort(
        Comparator.comparing((Finding finding) -> !finding.isTimed())
            .thenComparing(Finding::nanos)
            .thenComparing(finding -> ways.indexOf(finding.way())));
    others.addFirst(Finding.measured(best));
    return new Tuner.Outcome(best.prepared(), others, tuner.warnings());
  }

  /** Closes all but the winner. */
  @Override
  public void close() {
    for (TimedCandidate candidate : open) {
      if (candidate != winner) {
        candidate.prepared().close();
      }
    }
  }
}

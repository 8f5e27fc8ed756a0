package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.compare.Race;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.limits.Ceiling;
import io.github.conv4j.bench.limits.Limits;
import io.github.conv4j.bench.limits.LimitsProgram;
import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.bench.overhead.CallComparison;
import io.github.conv4j.bench.report.Machine;
import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.CallCosts;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.LayerResult;
import io.github.conv4j.bench.typed.TypeTime;
import io.github.conv4j.bench.typed.TypesRace;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.LayoutChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures: the limits of the machine, the cost of a call while nothing else runs, all problems
 * once to become warm, then all in turns.
 */
final class BenchRun {
  private static final double FULL_NANOS = 28 * 60e9;
  private static final double QUICK_NANOS = 160e9;
  private static final double MOST_NANOS_EACH = 2.5e9;
  private static final double MOST_QUICK_NANOS_EACH = 1e9;

  /** Of the whole time, what the first step takes. */
  private static final double OPENING_SHARE = 0.25;

  /** How much longer the second step of a layer takes, for the bar. */
  private static final int TURNS_STEPS = 3;

  private static final String FLOORED = "onednn";
  private static final int FLOOR_JVMS = 3;
  private static final int FLOOR_ROUNDS = 60;
  private static final int QUICK_FLOOR_JVMS = 1;
  private static final int QUICK_FLOOR_ROUNDS = 20;

  /** How much longer a JVM beside C takes than the first step of a layer, for the bar. */
  private static final long FLOOR_STEPS = 8;

  private static final long SEED = 1;

  private static final Set<String> TYPED = Set.of("onednn", "vector");
  private static final long TYPES_NANOS = 1_000_000_000;

  private final BenchContenders contenders;
  private final int threads;
  private final LayoutChoice layout;
  private final boolean quick;
  private final @Nullable Integer millis;
  private final boolean floor;
  private final boolean limited;
  private final boolean typed;
  private final Race race;

  BenchRun(
      BenchContenders contenders,
      int threads,
      LayoutChoice layout,
      boolean quick,
      @Nullable Integer millis,
      boolean floor,
      boolean limited,
      boolean typed) {
    this.contenders = contenders;
    this.threads = threads;
    this.layout = layout;
    this.quick = quick;
    this.millis = millis;
    this.floor = floor;
    this.limited = limited;
    this.typed = typed;
    this.race = new Race(contenders.all(), contenders.reference());
  }

  /**
   * Measures.
   *
   * @param notes is told what was left out of the types, and why
   */
  BenchResults measure(List<NetworkLayer> layers, String command, Consumer<String> notes)
      throws InterruptedException {
    long begin = System.nanoTime();
    Limits limits = limits();
    SequencedSet<Problem> problems =
        new LinkedHashSet<>(layers.stream().map(NetworkLayer::problem).toList());
    double limitsNanos = System.nanoTime() - begin;
    int floorJvms = floorJvms();
    CallCosts calls;
    List<TypeTime> types;
    Map<Problem, Race.Opening> openings = new LinkedHashMap<>();
    Map<Problem, List<Entrant>> entrants = new LinkedHashMap<>();
    try (Progress progress =
        Progress.of(
            "bench",
            (1L + TURNS_STEPS) * problems.size()
                + FLOOR_STEPS * floorJvms
                + (long) typedEngines().size() * TypesRace.FEW_LAYERS.size())) {
      calls = calls(floorJvms, progress);
      // The limits are measured a second time at the end.
      double total = (quick ? QUICK_NANOS : FULL_NANOS) - limitsNanos - (System.nanoTime() - begin);
      Pace opening = pace(OPENING_SHARE * total, problems.size(), OPENING_SHARE);
      double begun = System.nanoTime();
      for (Problem problem : problems) {
        progress.step(
            "opening", () -> openings.put(problem, race.open(task(problem), each(opening))));
      }
      double left = total - (System.nanoTime() - begun);
      Pace turns = pace(left, problems.size(), 1 - OPENING_SHARE);
      for (Problem problem : problems) {
        for (int i = 1; i < TURNS_STEPS; i++) {
          progress.step();
        }
        Race.Opening opened = Objects.requireNonNull(openings.get(problem));
        progress.step(
            "turns", () -> entrants.put(problem, race.run(task(problem), opened, each(turns))));
      }
      types = types(progress, notes);
    }
    // Again: the machine may have been busy, and a limit is a limit.
    limits = limits.measured() && millis == null ? limits.best(limits()) : limits;
    List<LayerResult> results = new ArrayList<>();
    for (NetworkLayer layer : layers) {
      String judge = Objects.requireNonNull(openings.get(layer.problem())).judge();
      results.add(
          LayerResult.of(layer, judge, Objects.requireNonNull(entrants.get(layer.problem()))));
    }
    return results(results, limits, calls, types, command, (System.nanoTime() - begin) / 1e9);
  }

  /** Engines whose names say nothing else than which they are. */
  private List<String> typedEngines() {
    return contenders.all().stream()
        .filter(contender -> typed && contender instanceof EngineContender)
        .map(Contender::name)
        .filter(TYPED::contains)
        .toList();
  }

  private List<TypeTime> types(Progress progress, Consumer<String> notes) {
    List<TypeTime> times = new ArrayList<>();
    var race = TypesRace.usual(millis == null ? TYPES_NANOS : millis * 1_000_000L);
    for (String name : typedEngines()) {
      try (Engine engine =
          Engines.named(name, EngineOptions.defaults().withThreads(threads).withReady(true))) {
        times.addAll(
            race.run(
                List.of(engine),
                TypesRace.FEW_LAYERS,
                line -> progress.step(line, () -> {}),
                refused -> notes.accept(name + " " + refused)));
      }
    }
    return times;
  }

  private boolean isShort() {
    return quick || millis != null;
  }

  private int floorJvms() {
    return noFloor().isPresent() ? 0 : isShort() ? QUICK_FLOOR_JVMS : FLOOR_JVMS;
  }

  /** Returns why calls are not compared with C; empty if they are. */
  private Optional<String> noFloor() {
    if (!floor) {
      return Optional.of("not measured: --no-floor was given");
    }
    if (threads != 1) {
      return Optional.of("it is for one thread, and this run has " + threads);
    }
    return contenders.all().stream().map(Contender::name).anyMatch(FLOORED::equals)
        ? Optional.empty()
        : Optional.of("engine " + FLOORED + " does not take part");
  }

  private CallCosts calls(int jvms, Progress progress) throws InterruptedException {
    Optional<String> reason = noFloor();
    if (reason.isPresent()) {
      return CallCosts.unknown(reason.get());
    }
    int rounds = isShort() ? QUICK_FLOOR_ROUNDS : FLOOR_ROUNDS;
    try (var comparison = new CallComparison(System.getenv(), rounds)) {
      progress.show("calls beside C");
      for (int jvm = 0; jvm < jvms; jvm++) {
        comparison.addJvm();
        for (int i = 0; i < FLOOR_STEPS; i++) {
          progress.step();
        }
      }
      return comparison.result();
    }
  }

  private Limits limits() throws InterruptedException {
    if (!limited) {
      return Limits.unknown("not measured: --no-limits was given");
    }
    List<Integer> counts =
        new ArrayList<>(List.of(1, threads, Runtime.getRuntime().availableProcessors()));
    contenders.all().forEach(contender -> counts.add(contender.threads(threads)));
    return LimitsProgram.measure(System.getenv(), counts);
  }

  /** Time for a problem; a little is for preparing, judging and filling arrays. */
  private Pace pace(double nanos, int problems, double share) {
    double most = quick ? MOST_QUICK_NANOS_EACH : MOST_NANOS_EACH;
    double wanted = millis == null ? most : millis * 1e6;
    double mostForAll = share * wanted * contenders.all().size();
    double unlimited = millis == null ? nanos : mostForAll * problems * 10;
    return new Pace(unlimited, problems, mostForAll);
  }

  private double each(Pace pace) {
    return pace.next() / contenders.all().size();
  }

  private Task task(Problem problem) {
    return Task.random(problem, layout, threads, SEED);
  }

  private BenchResults results(
      List<LayerResult> layers,
      Limits measured,
      CallCosts calls,
      List<TypeTime> types,
      String command,
      double seconds) {
    double fastest =
        contenders.all().stream()
            .filter(contender -> contender.threads(threads) == threads)
            .map(Contender::name)
            .filter(name -> !name.endsWith(EngineName.RELAXED))
            .flatMap(name -> layers.stream().flatMap(layer -> layer.gigaflops(name).stream()))
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(0);
    Limits limits = measured.orFastest(threads, fastest);
    Ceiling ceiling = limits.of(threads).orElse(null);
    List<LayerResult> roofed =
        ceiling == null
            ? layers
            : layers.stream()
                .map(layer -> layer.withRoof(ceiling.roof(layer.multiplications(), layer.bytes())))
                .toList();
    return new BenchResults(
        BenchResults.SCHEMA,
        command,
        seconds,
        quick,
        Machine.describe(),
        threads,
        layout.name().toLowerCase(Locale.ROOT),
        contenders.all().stream()
            .map(
                c ->
                    new BenchResults.Participant(
                        c.name(), c.version(), c instanceof EngineContender, c.threads(threads)))
            .toList(),
        limits,
        calls,
        types,
        roofed);
  }
}

package io.github.conv4j.bench.typed;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Requantization;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Other types beside f32, in turns.
 *
 * @param types src, weights and dst of each
 * @param fpmathMode other than strict: f32 that may be rounded takes part too
 * @param requantization other than exact: integers take part a second time, with it
 * @param mostWeight the largest of integer weights
 * @param nanos for each layer
 */
public record TypesRace(
    List<ConvolutionTypes> types,
    FpmathMode fpmathMode,
    Requantization requantization,
    int mostWeight,
    long nanos) {
  private static final int CALLS_A_TURN = 3;
  private static final int LEAST_TURNS = 5;

  /** Passes of Java are compiled by then. */
  private static final long WARM_UP_NANOS = 300_000_000;

  private static final int MOST_WEIGHT = 127;

  /** Layers that show what types are good for: dense, of single pixels, and depthwise. */
  public static final List<String> FEW_LAYERS =
      List.of("mb1_ic64oc64_ih56kh3ph1", "mb1_ic256oc64_ih56kh1", "g96mb1_ic96oc96_ih28kh3ph1");

  /** The like, smaller. */
  public static final List<String> QUICK_LAYERS =
      List.of("mb1_ic64oc64_ih28kh3ph1", "mb1_ic128oc64_ih28kh1", "g96mb1_ic96oc96_ih28kh3ph1");

  /** Copies the list. */
  public TypesRace {
    types = List.copyOf(types);
  }

  /** The usual types: f32 rounded to bf16, bf16, and bytes, of which kernels may make bytes. */
  public static TypesRace usual(long nanos) {
    return new TypesRace(
        List.of(ConvolutionTypes.parse("bf16:bf16:bf16"), ConvolutionTypes.parse("u8:s8:u8")),
        FpmathMode.BF16,
        Requantization.FUSED,
        MOST_WEIGHT,
        nanos);
  }

  private record Runner(Problem problem, PreparedConvolution prepared, Tensor src, Tensor dst) {
    void run() {
      prepared.execute(src, dst);
    }
  }

  /**
   * Times layers on engines.
   *
   * @param lines problems of f32
   * @param step is told of each
   * @param refused is told in a sentence what an engine refuses, and why
   * @return of each engine and layer all types but f32, and but what the engine refuses
   */
  public List<TypeTime> run(
      List<Engine> engines, List<String> lines, Consumer<String> step, Consumer<String> refused) {
    List<TypedNumbers> numbers =
        lines.stream().map(line -> TypedNumbers.of(Problem.parse(line), mostWeight)).toList();
    List<TypeTime> times = new ArrayList<>();
    for (Engine engine : engines) {
      for (int i = 0; i < lines.size(); i++) {
        step.accept(lines.get(i));
        times.addAll(run(engine, lines.get(i), numbers.get(i), refused));
      }
    }
    return times;
  }

  private List<TypeTime> run(
      Engine engine, String line, TypedNumbers numbers, Consumer<String> refused) {
    List<Runner> runners = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      for (Problem problem : problems(numbers)) {
        try {
          runners.add(runner(engine, problem, numbers, arena));
        } catch (UnsupportedConvolutionException e) {
          refused.accept("without %s: %s".formatted(title(problem), e.getMessage()));
          if (runners.isEmpty()) {
            return List.of();
          }
        }
      }
      double[] micros = medians(runners);
      List<TypeTime> times = new ArrayList<>();
      for (int i = 1; i < micros.length; i++) {
        Runner runner = runners.get(i);
        OptionalDouble distance =
            numbers.distance(runner.problem(), TypedNumbers.elements(runner.dst()));
        times.add(
            new TypeTime(
                engine.name(),
                line,
                title(runner.problem()),
                micros[i],
                micros[0],
                distance.isPresent() ? distance.getAsDouble() : null,
                implementation(runner.prepared().explain())));
      }
      return times;
    } finally {
      runners.forEach(runner -> runner.prepared().close());
    }
  }

  private static Runner runner(Engine engine, Problem problem, TypedNumbers numbers, Arena arena) {
    PreparedConvolution prepared = engine.prepare(numbers.request(problem, arena));
    try {
      return new Runner(
          problem,
          prepared,
          numbers.src(problem, prepared.src(), arena),
          Tensor.allocate(prepared.dst(), arena));
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }

  /** Of a layer, first f32. */
  private List<Problem> problems(TypedNumbers numbers) {
    Problem plain = numbers.plain();
    List<Problem> all = new ArrayList<>(List.of(plain.withFpmathMode(FpmathMode.STRICT)));
    if (fpmathMode != FpmathMode.STRICT) {
      all.add(plain.withFpmathMode(fpmathMode));
    }
    for (ConvolutionTypes each : types) {
      Problem typed = numbers.as(each);
      all.add(typed.withRequantization(Requantization.EXACT));
      if (each.isQuantized() && requantization != Requantization.EXACT) {
        all.add(typed.withRequantization(requantization));
      }
    }
    return all;
  }

  private double[] medians(List<Runner> runners) {
    List<List<Double>> times = new ArrayList<>();
    runners.forEach(_ -> times.add(new ArrayList<>()));
    int runs = 0;
    long begin = System.nanoTime();
    do {
      runners.forEach(Runner::run);
      runs++;
    } while (System.nanoTime() - begin < WARM_UP_NANOS);
    boolean isSlow = runs == 1;
    begin = System.nanoTime();
    while (times.getFirst().size() < (isSlow ? 1 : LEAST_TURNS)
        || System.nanoTime() - begin < nanos) {
      for (int i = 0; i < runners.size(); i++) {
        times.get(i).add(micros(runners.get(i), isSlow ? 1 : CALLS_A_TURN));
      }
    }
    return times.stream()
        .mapToDouble(each -> each.stream().sorted().toList().get(each.size() / 2))
        .toArray();
  }

  /** Of a call; the first of several fills caches. */
  private static double micros(Runner runner, int calls) {
    if (calls > 1) {
      runner.run();
    }
    long start = System.nanoTime();
    for (int call = 0; call < calls; call++) {
      runner.run();
    }
    return (System.nanoTime() - start) / 1e3 / calls;
  }

  private static String title(Problem problem) {
    boolean rounds = problem.convolution().fpmathMode() != FpmathMode.STRICT;
    boolean fuses = problem.convolution().requantization() != Requantization.EXACT;
    return problem.types()
        + (rounds && problem.types().isF32() ? ", fpmath bf16" : "")
        + (fuses ? ", fused" : "");
  }

  /** The stages that have weights and are no pass. */
  static String implementation(Explanation explanation) {
    return explanation.stages().stream()
        .map(Explanation.Stage::implementation)
        .filter(name -> !name.startsWith("java:convert"))
        .collect(Collectors.joining("+"));
  }
}

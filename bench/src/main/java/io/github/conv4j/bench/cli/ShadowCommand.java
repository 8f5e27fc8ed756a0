package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times calls that are compared with another engine beside calls that are not, in turns. */
@Command(
    name = "shadow",
    sortOptions = false,
    description = {
      "Time calls one in so many of which is computed again by another engine, beside the same",
      "without that, channels last, f32, in turns of one process: callers that call as fast as"
          + " they",
      "can, on an engine with as many threads. Medians of all turns; added is the median of what",
      "turns that follow each other differ by, and where it lies with 95 % confidence."
    })
final class ShadowCommand implements Callable<Integer> {
  private static final double NORMAL_95_PERCENT = 1.96;
  private static final int MOST_CALLERS = 256;
  private static final int MOST_MILLIS = 600_000;
  private static final long LONGEST_DRAIN_NANOS = 1_000_000_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "LINE", description = "Problems; a few layers if left out.")
  private List<String> lines =
      List.of(
          "mb1_ic8oc8_ih8kh1",
          "mb1_ic64oc64_ih14kh3ph1",
          "mb1_ic64oc64_ih56kh3ph1",
          "mb1_ic64oc256_ih56kh1",
          "g96mb1_ic96oc96_ih112oh56kh3sh2ph1");

  @Option(names = "--engine", paramLabel = "NAME", description = "The engine; onednn if left out.")
  private String engineName = "onednn";

  @Option(
      names = "--interval",
      paramLabel = "N",
      description = "One call in N is compared; 100 if left out.")
  private int interval = 100;

  @Option(
      names = "--callers",
      paramLabel = "N",
      description = "Callers, and threads of the engine; 1 if left out.")
  private int callers = 1;

  @Option(
      names = "--millis",
      paramLabel = "N",
      description = "So long for each layer; 10000 if left out.")
  private int millis = 10_000;

  @Option(
      names = "--turn-millis",
      paramLabel = "N",
      description = "So long for each turn; 250 if left out.")
  private int turnMillis = 250;

  @Override
  public Integer call() throws InterruptedException {
    EngineChoice.requireKnown(engineName, spec.commandLine());
    requireRange("--interval", interval, Integer.MAX_VALUE);
    requireRange("--callers", callers, MOST_CALLERS);
    requireRange("--millis", millis, MOST_MILLIS);
    requireRange("--turn-millis", turnMillis, MOST_MILLIS);
    List<Problem> problems = problems();
    var table =
        new TextTable(
                "layer", "µs", "shadowed µs", "added", "from", "to", "calls", "compared", "wrong")
            .textFrom(9);
    EngineOptions plain = EngineOptions.defaults().withThreads(callers).withReady(true);
    try (var _ = LogLines.withoutWarnings();
        ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < lines.size(); i++) {
        try (Engine alone = Engines.named(engineName, plain);
            Engine shadowed =
                Engines.named(engineName, plain.with(Shadow.defaults().withInterval(interval)))) {
          time(lines.get(i), problems.get(i), alone, shadowed, threads, table);
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    table.lines().forEach(out::println);
    out.flush();
    return ExitCodes.OK;
  }

  private void requireRange(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s must be from 1 to %d but is %d".formatted(option, most, value));
    }
  }

  private List<Problem> problems() {
    try {
      return lines.stream().map(Problem::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void time(
      String line,
      Problem problem,
      Engine alone,
      Engine shadowed,
      ExecutorService threads,
      TextTable table)
      throws InterruptedException {
    try (Arena arena = Arena.ofShared();
        PreparedConvolution plain = alone.prepare(request(problem, arena));
        PreparedConvolution compared = shadowed.prepare(request(problem, arena))) {
      List<Tensor> sources = new ArrayList<>();
      List<Tensor> results = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        sources.add(filled(plain.src(), i, arena));
        results.add(Tensor.allocate(plain.dst(), arena));
      }
      turn(plain, sources, results, threads);
      turn(compared, sources, results, threads);
      List<Double> without = new ArrayList<>();
      List<Double> with = new ArrayList<>();
      List<Double> added = new ArrayList<>();
      long end = System.nanoTime() + millis * 1_000_000L;
      long calls = 0;
      ShadowCounts before = shadowed.shadowCounts();
      while (added.isEmpty() || System.nanoTime() < end) {
        drain(shadowed);
        boolean plainFirst = added.size() % 2 == 0;
        Turn first = turn(plainFirst ? plain : compared, sources, results, threads);
        if (!plainFirst) {
          drain(shadowed);
        }
        Turn second = turn(plainFirst ? compared : plain, sources, results, threads);
        Turn ofPlain = plainFirst ? first : second;
        Turn ofCompared = plainFirst ? second : first;
        without.add(ofPlain.nanos());
        with.add(ofCompared.nanos());
        added.add(ofCompared.nanos() / ofPlain.nanos() - 1);
        calls += ofCompared.calls();
      }
      ShadowCounts after = shadowed.shadowCounts();
      // The binomial distribution of how many differences lie below the median, as a normal one.
      double reach = Math.min(0.5, NORMAL_95_PERCENT / 2 / Math.sqrt(added.size()));
      table.add(
          line,
          rounded(at(without, 0.5) / 1e3, 2),
          rounded(at(with, 0.5) / 1e3, 2),
          percent(at(added, 0.5)),
          percent(at(added, 0.5 - reach)),
          percent(at(added, 0.5 + reach)),
          Long.toString(calls),
          Long.toString(after.compared() - before.compared()),
          Long.toString(after.mismatches()));
    }
  }

  /**
   * Lets what waits be compared, so that it does not disturb a turn that has nothing to do with.
   */
  private static void drain(Engine shadowed) throws InterruptedException {
    long end = System.nanoTime() + LONGEST_DRAIN_NANOS;
    ShadowCounts counts = shadowed.shadowCounts();
    while (counts.sampled() > counts.compared() + counts.failed() && System.nanoTime() < end) {
      Thread.sleep(1);
      counts = shadowed.shadowCounts();
    }
  }

  /** What a call took one caller, and how many there were. */
  private record Turn(double nanos, long calls) {}

  private Turn turn(
      PreparedConvolution prepared,
      List<Tensor> sources,
      List<Tensor> results,
      ExecutorService threads)
      throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + turnMillis * 1_000_000L;
    List<Future<Long>> running = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Tensor src = sources.get(i);
      Tensor dst = results.get(i);
      running.add(threads.submit(() -> callsUntil(end, prepared, src, dst)));
    }
    long calls = 0;
    for (Future<Long> each : running) {
      try {
        calls += each.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return new Turn((double) (System.nanoTime() - begin) * callers / calls, calls);
  }

  private static long callsUntil(long end, PreparedConvolution prepared, Tensor src, Tensor dst) {
    long calls = 0;
    do {
      prepared.execute(src, dst);
      calls++;
    } while (System.nanoTime() < end);
    return calls;
  }

  private static ConvolutionRequest request(Problem problem, Arena arena) {
    var convolution = problem.convolution();
    Layout layout = Layout.channelsLast(problem.src().rank());
    return ConvolutionRequest.of(
            convolution, TensorSpec.of(problem.types().src(), layout, problem.src()))
        .withParameters(
            filled(TensorSpec.weights(convolution.weightsShape()), 7, arena),
            convolution.hasBias()
                ? Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena)
                : null);
  }

  private static Tensor filled(TensorSpec of, long seed, Arena arena) {
    var random = new SplittableRandom(seed);
    float[] values = new float[Math.toIntExact(of.shape().elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.ofFloats(of, values, arena);
  }

  private static double at(List<Double> values, double share) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) (share * (sorted.size() - 1)));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%+.2f %%", 100 * share);
  }

  private static String rounded(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}

package io.github.conv4j.bench.equal;

import io.github.conv4j.Convolution;
import io.github.conv4j.bench.compare.Duel;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.results.Timing;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Races the halves of pairs. All are called for a while first, so that Java code is compiled; then
 * each pair races briefly, and those that seem to be far apart race again, patiently.
 */
public final class EqualRun {
  private static final double CALL_NANOS = 60e6;
  private static final int MOST_CALLS = 12_000;
  private static final double RACE_NANOS = 20e6;
  private static final double LONG_RACE_NANOS = 150e6;

  /** Of the limit, from which a pair races again. */
  private static final double SUSPICIOUS = 0.85;

  private static final int[] PART_THREADS = {3, 4, 6, 8, 12, 16, 24, 32, 48, 64};

  private final EqualOptions options;
  private final Consumer<String> out;
  private final Consumer<String> progress;
  private final Duel duel = new Duel();

  /**
   * Creates a run.
   *
   * @param out takes the lines of the report
   * @param progress is told what is done
   */
  public EqualRun(EqualOptions options, Consumer<String> out, Consumer<String> progress) {
    this.options = options;
    this.out = out;
    this.progress = progress;
  }

  /** Returns how often a run tells its progress. */
  public static long steps(EqualOptions options) {
    long pairs = Pairs.known().size() + (long) options.pairs();
    return options.engines().size()
        * ((1L + options.threads().size()) * pairs + PART_THREADS.length);
  }

  /** What a pair did on an engine. */
  private record Raced(EqualPair pair, Duel.Outcome outcome, String first, String second) {
    /** How far apart, where that counts. */
    double apart() {
      double ratio = outcome.ratio();
      return pair.oneWay() ? ratio : Math.max(ratio, 1 / ratio);
    }
  }

  /** Races all pairs on all engines. */
  public void run() {
    run(Pairs.known(), Pairs.random(options.seed(), options.pairs()));
  }

  void run(List<EqualPair> known, List<EqualPair> byChance) {
    List<EqualPair> pairs = new ArrayList<>(known);
    pairs.addAll(byChance);
    out.accept(
        "%d pairs: %d that were cliffs once, %d by chance of seed %d"
            .formatted(pairs.size(), known.size(), byChance.size(), options.seed()));
    for (EngineName name : options.engines()) {
      boolean warm = false;
      for (int threads : options.threads()) {
        try (Engine engine = Engines.named(name.engine(), options(name, threads).withReady(true))) {
          if (!warm) {
            call(name, engine, pairs);
            warm = true;
          }
          race(name, threads, engine, pairs);
        }
      }
      cut(name, pairs);
    }
  }

  private static EngineOptions options(EngineName name, int threads) {
    Accuracy accuracy = name.relaxed() ? Accuracy.RELAXED : Accuracy.STRICT;
    return EngineOptions.defaults().withThreads(threads).withAccuracy(accuracy);
  }

  private interface Both {
    void run(Ready first, Ready second);
  }

  private void prepared(Engine engine, EqualPair pair, Both both) {
    var random = new SplittableRandom(1);
    Convolution convolution = pair.first().problem().convolution();
    float[] src = random(random, pair.first().problem().src().elementCount());
    float[] weights = random(random, convolution.weightsShape().elementCount());
    float[] bias = random(random, convolution.outChannels());
    try (var first = new Ready(engine, pair.first(), src, weights, bias);
        var second = new Ready(engine, pair.second(), src, pair.weights().of(weights), bias)) {
      both.run(first, second);
    } catch (RuntimeException e) {
      out.accept("%s: %s: %s".formatted(engine.name(), pair, e));
    }
  }

  private static float[] random(SplittableRandom random, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private void call(EngineName name, Engine engine, List<EqualPair> pairs) {
    for (EqualPair pair : pairs) {
      progress.accept(name + ": first calls");
      prepared(
          engine,
          pair,
          (first, second) -> {
            duel.call(first, CALL_NANOS, MOST_CALLS);
            duel.call(second, CALL_NANOS, MOST_CALLS);
          });
    }
  }

  private void race(EngineName name, int threads, Engine engine, List<EqualPair> pairs) {
    List<Raced> all = new ArrayList<>();
    for (EqualPair pair : pairs) {
      progress.accept("%s, %s".formatted(name, threads(threads)));
      race(engine, pair, RACE_NANOS, false, all);
    }
    out.accept("");
    tell(name, threads, engine, all, true);
    tell(name, threads, engine, all, false);
  }

  /** Lists pairs that are too far apart, in a longer race too. */
  private void tell(
      EngineName name, int threads, Engine engine, List<Raced> all, boolean sameResult) {
    double limit = EqualOptions.mostApart(name, sameResult);
    List<Raced> raced = all.stream().filter(r -> r.pair().sameResult() == sameResult).toList();
    List<Raced> apart = new ArrayList<>();
    for (Raced once : raced) {
      if (once.apart() > SUSPICIOUS * limit) {
        race(engine, once.pair(), LONG_RACE_NANOS, true, apart);
      }
    }
    apart.removeIf(again -> again.apart() <= limit);
    apart.sort(Comparator.comparingDouble(Raced::apart).reversed());
    out.accept(
        "%s, %s: %d of %d pairs %smore than %s times apart"
            .formatted(
                name,
                threads(threads),
                apart.size(),
                raced.size(),
                sameResult ? "" : "that only multiply as often are ",
                number(limit)));
    for (Raced again : apart) {
      out.accept("  %6.1f  %s".formatted(again.apart(), again.pair().kind()));
      out.accept(line(again.outcome().first(), again.pair().first(), again.first()));
      out.accept(line(again.outcome().second(), again.pair().second(), again.second()));
    }
  }

  private void race(Engine engine, EqualPair pair, double nanos, boolean patient, List<Raced> all) {
    prepared(
        engine,
        pair,
        (first, second) ->
            all.add(
                new Raced(
                    pair,
                    duel.run(first, second, nanos, patient),
                    first.implementation(),
                    second.implementation())));
  }

  private static String line(Timing timing, Half half, String implementation) {
    return "          %10.1f us (median %.1f)  %s  %s"
        .formatted(timing.least() / 1e3, timing.median() / 1e3, half, implementation);
  }

  private static String threads(int count) {
    return count == 1 ? "1 thread" : count + " threads";
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  /** Counts the parts for more threads than this machine has. */
  private void cut(EngineName name, List<EqualPair> pairs) {
    if (name.engine().equals("auto")) {
      return; // it measures what the others offer
    }
    int[][][] parts = new int[pairs.size()][2][PART_THREADS.length];
    for (int t = 0; t < PART_THREADS.length; t++) {
      progress.accept("%s, parts for %d threads".formatted(name, PART_THREADS[t]));
      try (Engine engine = Engines.named(name.engine(), options(name, PART_THREADS[t]))) {
        for (int i = 0; i < pairs.size(); i++) {
          parts[i][0][t] = parts(engine, pairs.get(i).first());
          parts[i][1][t] = parts(engine, pairs.get(i).second());
        }
      }
    }
    List<String> findings = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      EqualPair pair = pairs.get(i);
      falls(pair.first(), parts[i][0], findings);
      if (!pair.oneWay()) {
        falls(pair.second(), parts[i][1], findings);
        differ(pair, parts[i], findings);
      }
    }
    out.accept("");
    out.accept(
        "%s, parts for %d to %d threads: %d findings in %d pairs"
            .formatted(
                name,
                PART_THREADS[0],
                PART_THREADS[PART_THREADS.length - 1],
                findings.size(),
                pairs.size()));
    findings.forEach(finding -> finding.lines().forEach(out));
  }

  private static int parts(Engine engine, Half half) {
    Convolution c = half.problem().convolution();
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                c,
                half.innerSrcSpec(),
                half.innerDstSpec(),
                Tensor.allocate(TensorSpec.weights(c.weightsShape()), arena),
                c.hasBias() ? Tensor.allocate(TensorSpec.bias(c.outChannels()), arena) : null)) {
      return Ready.parts(prepared);
    }
  }

  /** More threads must not be half as fast as fewer. */
  private static void falls(Half half, int[] parts, List<String> findings) {
    double best = 0;
    double worst = 1;
    for (int t = 0; t < PART_THREADS.length; t++) {
      double speed = PartSpeed.of(parts[t], PART_THREADS[t]);
      best = Math.max(best, speed);
      worst = Math.min(worst, speed / best);
    }
    if (worst * EqualOptions.MOST_APART < 1) {
      findings.add(
          "  %6.1f  fewer parts for more threads: %s  %s"
              .formatted(1 / worst, counts(parts), half));
    }
  }

  private static void differ(EqualPair pair, int[][] parts, List<String> findings) {
    double worst = 1;
    for (int t = 0; t < PART_THREADS.length; t++) {
      double ratio =
          PartSpeed.of(parts[0][t], PART_THREADS[t]) / PartSpeed.of(parts[1][t], PART_THREADS[t]);
      worst = Math.max(worst, Math.max(ratio, 1 / ratio));
    }
    if (worst > EqualOptions.MOST_APART) {
      findings.add(
          "  %6.1f  %s\n          %s  %s\n          %s  %s"
              .formatted(
                  worst,
                  pair.kind(),
                  counts(parts[0]),
                  pair.first(),
                  counts(parts[1]),
                  pair.second()));
    }
  }

  private static String counts(int[] parts) {
    var text = new StringBuilder();
    for (int t = 0; t < parts.length; t++) {
      text.append(t == 0 ? "" : ", ").append(PART_THREADS[t]).append(':').append(parts[t]);
    }
    return text.toString();
  }
}

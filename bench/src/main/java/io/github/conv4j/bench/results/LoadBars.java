package io.github.conv4j.bench.results;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wanted of clients that share an engine, beside clients with an engine each. */
final class LoadBars {
  private LoadBars() {}

  /** Returns two bars for each engine and problem; without clients apart, two that are unknown. */
  static List<Bar> of(LoadResults load) {
    List<Bar> bars = new ArrayList<>();
    for (LoadResults.Run run : load.runs()) {
      if (run.apart() && run.throughput() > 0) {
        bars.addAll(judge(run, load));
      }
    }
    return bars.isEmpty()
        ? bars(
            "engines",
            "no clients with an engine each to compare with: give ./conv4j load several numbers of"
                + " clients and no rate",
            mostTailRatio(load),
            null)
        : bars;
  }

  private static double mostTailRatio(LoadResults load) {
    return load.networks() ? Fairness.MOST_TAIL_RATIO_OF_NETWORKS : Fairness.MOST_TAIL_RATIO;
  }

  private record Shared(LoadResults.Run run, Fairness fairness) {}

  private static List<Bar> judge(LoadResults.Run apart, LoadResults load) {
    List<Shared> shared = new ArrayList<>();
    for (LoadResults.Run run : load.runs()) {
      // Fewer clients than threads cannot fill the machine: nothing to reach there.
      if (run.contender().equals(apart.contender())
          && run.problem().equals(apart.problem())
          && run.clients() >= apart.clients()) {
        load.fairness(run).ifPresent(fairness -> shared.add(new Shared(run, fairness)));
      }
    }
    String subject =
        load.networks()
            ? "%s, %s".formatted(apart.contender(), apart.problem())
            : apart.contender();
    String why = "no run with %d clients or more".formatted(apart.clients());
    return bars(subject, why, mostTailRatio(load), shared);
  }

  /** Judges, or says why not where there is nothing. */
  private static List<Bar> bars(
      String who, String why, double mostTailRatio, @Nullable List<Shared> shared) {
    String throughput = who + " under load, throughput over that of clients with an engine each";
    String tail = who + " under load, p99 over the fair share";
    String least = "at least %.2f".formatted(Fairness.LEAST_THROUGHPUT_RATIO);
    String most = "at most %.1f".formatted(mostTailRatio);
    if (shared == null || shared.isEmpty()) {
      return List.of(Bar.unknown(throughput, least, why), Bar.unknown(tail, most, why));
    }
    return List.of(
        Bar.judged(
            throughput,
            least,
            found(shared, Fairness::throughputRatio),
            reached(shared, Fairness::keepsThroughput)),
        Bar.judged(
            tail, most, found(shared, Fairness::tailRatio), reached(shared, Fairness::keepsTail)));
  }

  /** Failed calls reach nothing. */
  private static boolean reached(List<Shared> shared, Predicate<Fairness> kept) {
    return shared.stream().allMatch(s -> s.run().errors() == 0 && kept.test(s.fairness()));
  }

  private static String found(List<Shared> shared, ToDoubleFunction<Fairness> figure) {
    return shared.stream()
        .map(s -> found(s.run(), figure.applyAsDouble(s.fairness())))
        .collect(Collectors.joining(", "));
  }

  private static String found(LoadResults.Run run, double figure) {
    String errors = run.errors() == 0 ? "" : " and %d errors".formatted(run.errors());
    return "%.2f with %d clients%s".formatted(figure, run.clients(), errors);
  }
}

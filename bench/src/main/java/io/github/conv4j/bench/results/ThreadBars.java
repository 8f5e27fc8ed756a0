package io.github.conv4j.bench.results;

import io.github.conv4j.bench.contender.EngineName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a second thread is wanted to bring, where an engine ran with one and with two. */
final class ThreadBars {
  private static final double LEAST_SPEED = 1.8;
  private static final double LEAST_NANOS = 1e6;

  private ThreadBars() {}

  /** Returns a bar for each engine and accuracy that took part with both. */
  static List<Bar> of(BenchResults results) {
    List<Bar> bars = new ArrayList<>();
    for (BenchResults.Participant two : results.contenders()) {
      if (two.ours() && two.threads() == 2) {
        withOne(results, two).ifPresent(one -> bars.add(bar(results, two.name(), one.name())));
      }
    }
    return bars;
  }

  private static Optional<BenchResults.Participant> withOne(
      BenchResults results, BenchResults.Participant two) {
    return results.contenders().stream()
        .filter(one -> one.ours() && one.threads() == 1)
        .filter(one -> withoutThreads(one.name()).equals(withoutThreads(two.name())))
        .findFirst();
  }

  private static Optional<EngineName> withoutThreads(String name) {
    return EngineName.parse(name).map(parsed -> parsed.withThreads(0));
  }

  private static Bar bar(BenchResults results, String two, String one) {
    String subject = "%s against %s, each dense layer of more than 1 ms".formatted(two, one);
    String wanted = "at least %.1fx".formatted(LEAST_SPEED);
    List<LayerResult> chosen =
        results.layers().stream()
            .filter(LayerResult::isDense)
            .filter(layer -> layer.medianNanos(one).orElse(0.0) > LEAST_NANOS)
            .toList();
    Tally tally = Tally.of(chosen, two, one);
    LayerResult worst = tally.worst();
    if (worst == null) {
      return Bar.unknown(subject, wanted, "no such layer in this run");
    }
    long reached =
        chosen.stream()
            .flatMap(layer -> layer.versus(two, one).stream())
            .filter(versus -> versus.speed() >= LEAST_SPEED)
            .count();
    return Bar.judged(
        subject,
        wanted,
        "%d of %d layers reach it; least %.2fx on %s; geometric mean %.2fx"
            .formatted(
                reached, tally.layers(), tally.leastSpeed(), worst.title(), tally.geometricMean()),
        reached == tally.layers());
  }
}

package io.github.conv4j.bench.report;

import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.LayerResult;
import io.github.conv4j.bench.results.SpeedVerdict;
import io.github.conv4j.bench.results.Versus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How much a run can be trusted: an engine whose two accuracies ran the same code. */
final class SameCode {
  private static final int FEWEST = 5;

  private SameCode() {}

  /** Returns a sentence, or nothing where there are too few pairs. */
  static String text(BenchResults results) {
    List<Double> differences = new ArrayList<>();
    int decided = 0;
    for (LayerResult layer : results.layers()) {
      for (Entrant relaxed : layer.entrants()) {
        String strict = relaxed.contender().replace(EngineName.RELAXED, "");
        Versus versus = layer.versus(relaxed.contender(), strict).orElse(null);
        boolean same =
            !strict.equals(relaxed.contender())
                && layer
                    .entrant(strict)
                    .filter(e -> e.implementation().equals(relaxed.implementation()))
                    .isPresent();
        if (versus != null && same) {
          differences.add(Math.abs(Math.log(versus.speed())));
          decided += versus.verdict() == SpeedVerdict.TIE ? 0 : 1;
        }
      }
    }
    if (differences.size() < FEWEST) {
      return "";
    }
    differences.sort(Double::compare);
    return String.format(
        Locale.ROOT,
        "Noise of this run: %d pairs ran the same code twice, strict and relaxed; half of them"
            + " differ by less than %.1f %%, nine of ten by less than %.1f %%; %d were not called a"
            + " tie.",
        differences.size(),
        100 * Math.expm1(differences.get(differences.size() / 2)),
        100 * Math.expm1(differences.get(differences.size() * 9 / 10)),
        decided);
  }
}

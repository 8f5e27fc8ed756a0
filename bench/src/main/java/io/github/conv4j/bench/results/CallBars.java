package io.github.conv4j.bench.results;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call may cost beside the same call from C. */
final class CallBars {
  private static final double MOST_RATIO = 1.02;
  private static final double MOST_ADDED_NANOS = 150;

  private CallBars() {}

  static List<Bar> of(@Nullable CallCosts calls) {
    String all = "a call of onednn against the same call from C, geometric mean";
    String smallest = "a call of onednn against the same call from C, smallest layer";
    String ratio = "at most %.2fx".formatted(MOST_RATIO);
    String added = "at most +%.0f ns".formatted(MOST_ADDED_NANOS);
    if (calls == null || calls.layers().isEmpty()) {
      String why = calls == null ? "not measured in this run" : calls.source();
      return List.of(Bar.unknown(all, ratio, why), Bar.unknown(smallest, added, why));
    }
    double mean = calls.geometricMean();
    CallCosts.Layer worst =
        calls.layers().stream()
            .max(Comparator.comparingDouble(CallCosts.Layer::ratio))
            .orElseThrow();
    CallCosts.Layer first = calls.layers().getFirst();
    return List.of(
        Bar.judged(
            all,
            ratio,
            "%.3fx on %d layers, %.3fx without the smallest; most %.3fx, on %s"
                .formatted(
                    mean,
                    calls.layers().size(),
                    calls.geometricMeanWithoutSmallest(),
                    worst.ratio(),
                    worst.problem()),
            mean <= MOST_RATIO),
        Bar.judged(
            smallest,
            added,
            "%+.0f ns to %.0f ns, on %s".formatted(first.added(), first.fromC(), first.problem()),
            first.added() <= MOST_ADDED_NANOS));
  }
}

package io.github.conv4j.bench.results;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One contender against another on some layers that both can do.
 *
 * @param layers how many
 * @param geometricMean of the speeds; NaN if there is no layer
 * @param wins layers on which it is faster by more than the noise
 * @param losses layers on which it is slower by more than the noise
 * @param ties the others
 * @param worst the layer with the least speed
 * @param leastSpeed on it
 */
public record Tally(
    int layers,
    double geometricMean,
    int wins,
    int losses,
    int ties,
    @Nullable LayerResult worst,
    double leastSpeed) {
  static Tally of(List<LayerResult> layers, String contender, String other) {
    Map<SpeedVerdict, Integer> verdicts = new EnumMap<>(SpeedVerdict.class);
    int count = 0;
    double logs = 0;
    LayerResult worst = null;
    double least = Double.POSITIVE_INFINITY;
    for (LayerResult layer : layers) {
      Versus versus = layer.versus(contender, other).orElse(null);
      if (versus != null) {
        count++;
        verdicts.merge(versus.verdict(), 1, Integer::sum);
        logs += Math.log(versus.speed());
        if (versus.speed() < least) {
          least = versus.speed();
          worst = layer;
        }
      }
    }
    return new Tally(
        count,
        count == 0 ? Double.NaN : Math.exp(logs / count),
        verdicts.getOrDefault(SpeedVerdict.FASTER, 0),
        verdicts.getOrDefault(SpeedVerdict.SLOWER, 0),
        verdicts.getOrDefault(SpeedVerdict.TIE, 0),
        worst,
        least);
  }

  /** Returns for example {@code 120 won, 3 lost, 5 tied}. */
  public String score() {
    return "%d won, %d lost, %d tied".formatted(wins, losses, ties);
  }
}

package io.github.conv4j.bench.results;

import java.util.List;

/**
 * What a call of engine {@code onednn} costs beside the same call from C over the same library, on
 * one thread. Times are nanoseconds.
 *
 * @param source how it was measured, or why it was not, in one sentence
 * @param layers the smallest first; empty if it was not measured
 */
public record CallCosts(String source, List<Layer> layers) {
  /** Copies the list. */
  public CallCosts {
    layers = List.copyOf(layers);
  }

  /**
   * One layer.
   *
   * @param problem its line, in benchdnn's syntax
   * @param fromC time of a call
   * @param fromJava time of a call
   * @param added median of what neighbouring measurements take more from Java
   * @param addedShare likewise, as a share of the time from C
   */
  public record Layer(
      String problem, double fromC, double fromJava, double added, double addedShare) {
    /** Returns the time from Java over that from C. */
    public double ratio() {
      return 1 + addedShare;
    }
  }

  /** Returns costs that are not known, with the reason. */
  public static CallCosts unknown(String reason) {
    return new CallCosts(reason, List.of());
  }

  /** Returns the geometric mean of the ratios; NaN if nothing was measured. */
  public double geometricMean() {
    return geometricMean(layers);
  }

  /** Returns the same without the smallest layer, which a few nanoseconds move most. */
  public double geometricMeanWithoutSmallest() {
    return geometricMean(layers.subList(Math.min(1, layers.size()), layers.size()));
  }

  private static double geometricMean(List<Layer> layers) {
    return Math.exp(
        layers.stream().mapToDouble(layer -> Math.log(layer.ratio())).average().orElse(Double.NaN));
  }
}

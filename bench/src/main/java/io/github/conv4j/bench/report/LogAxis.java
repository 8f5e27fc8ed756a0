package io.github.conv4j.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A logarithmic scale.
 *
 * @param least value at its beginning
 * @param most value at its end
 * @param from place of the least
 * @param to place of the most
 */
record LogAxis(double least, double most, double from, double to) {
  /** Returns where a value lies; values outside lie at the ends. */
  double at(double value) {
    double share = Math.log(value / least) / Math.log(most / least);
    return from + Math.clamp(share, 0, 1) * (to - from);
  }

  /** Returns the values 1, 2 and 5 of each decade, or only 1 where there are many decades. */
  List<Double> ticks() {
    boolean many = most / least > 2000;
    List<Double> ticks = new ArrayList<>();
    for (double decade = Math.pow(10, Math.floor(Math.log10(least)));
        decade <= most;
        decade *= 10) {
      for (double step : many ? new double[] {1} : new double[] {1, 2, 5}) {
        double tick = decade * step;
        if (tick >= least * 0.999 && tick <= most * 1.001) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }
}

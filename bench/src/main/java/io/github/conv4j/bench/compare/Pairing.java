package io.github.conv4j.bench.compare;

import io.github.conv4j.bench.results.SpeedVerdict;
import io.github.conv4j.bench.results.Versus;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Tells whether one contender is faster than another, from the rounds in which both took a turn.
 *
 * <p>Turns of one round are neighbours in time, so their ratio is free of drift. Neighbouring
 * rounds resemble each other, so blocks of them are resampled, not single ones.
 *
 * @see <a href="https://doi.org/10.1214/aos/1176347265">Künsch, The Jackknife and the Bootstrap for
 *     General Stationary Observations</a>
 */
final class Pairing {
  /**
   * Where arrays happen to lie in memory moves a speed by as much: of pairs that ran the same code
   * twice, nine of ten differed by less than 2.2 %.
   */
  static final double LEAST_DIFFERENCE = 0.025;

  /** With few rounds there is no interval to speak of: only large differences count. */
  private static final double LEAST_DIFFERENCE_OF_FEW = 0.25;

  private static final int FEW = 8;
  private static final int MOST_BLOCKS = 20;
  private static final int SAMPLES = 1000;

  private Pairing() {}

  /**
   * Compares.
   *
   * @param other name of the other
   * @param otherNanos its times by round, NaN where it took no turn
   * @param nanos the contender's own times
   */
  static Versus compare(String other, double[] otherNanos, double[] nanos) {
    double speed = new Quantiles(otherNanos).median() / new Quantiles(nanos).median();
    double[] logs = new double[Math.min(otherNanos.length, nanos.length)];
    Arrays.setAll(logs, i -> Math.log(otherNanos[i] / nanos[i]));
    double[] paired = Arrays.stream(logs).filter(log -> !Double.isNaN(log)).toArray();
    if (paired.length < FEW) {
      var all = new Quantiles(paired);
      double low = Math.min(speed, Math.exp(all.at(0)));
      double high = Math.max(speed, Math.exp(all.at(1)));
      return paired.length == 0
          ? versus(other, speed, speed, speed, LEAST_DIFFERENCE_OF_FEW)
          : versus(other, speed, low, high, LEAST_DIFFERENCE_OF_FEW);
    }
    double[] blocks = blockMedians(paired);
    double[] means = new double[SAMPLES];
    var random = new SplittableRandom(paired.length);
    Arrays.setAll(means, _ -> resampledMean(blocks, random));
    var interval = new Quantiles(means);
    return versus(
        other,
        speed,
        Math.min(speed, Math.exp(interval.at(0.025))),
        Math.max(speed, Math.exp(interval.at(0.975))),
        LEAST_DIFFERENCE);
  }

  private static Versus versus(
      String other, double speed, double low, double high, double leastDifference) {
    SpeedVerdict verdict = SpeedVerdict.TIE;
    if (low > 1 + leastDifference) {
      verdict = SpeedVerdict.FASTER;
    } else if (high < 1 / (1 + leastDifference)) {
      verdict = SpeedVerdict.SLOWER;
    }
    return new Versus(other, speed, low, high, verdict);
  }

  private static double[] blockMedians(double[] logs) {
    double[] medians = new double[Math.min(MOST_BLOCKS, logs.length)];
    for (int block = 0; block < medians.length; block++) {
      int from = (int) ((long) logs.length * block / medians.length);
      int to = (int) ((long) logs.length * (block + 1) / medians.length);
      medians[block] = new Quantiles(Arrays.copyOfRange(logs, from, to)).median();
    }
    return medians;
  }

  private static double resampledMean(double[] values, SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[random.nextInt(values.length)];
    }
    return sum / values.length;
  }
}

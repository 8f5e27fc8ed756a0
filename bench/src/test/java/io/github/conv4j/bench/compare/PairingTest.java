package io.github.conv4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.results.SpeedVerdict;
import io.github.conv4j.bench.results.Versus;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairingTest {
  private final SplittableRandom random = new SplittableRandom(7);

  private double[] noisy(int rounds, double nanos, double noise) {
    double[] times = new double[rounds];
    Arrays.setAll(times, _ -> nanos * (1 + noise * random.nextDouble(-1, 1)));
    return times;
  }

  @Test
  void theSameSpeedIsATie() {
    Versus versus = Pairing.compare("a", noisy(200, 1000, 0.2), noisy(200, 1000, 0.2));

    assertThat(versus.verdict()).isEqualTo(SpeedVerdict.TIE);
    assertThat(versus.low()).isLessThanOrEqualTo(versus.speed());
    assertThat(versus.high()).isGreaterThanOrEqualTo(versus.speed());
  }

  @Test
  void aDifferenceBelowTheNoiseIsATie() {
    assertThat(Pairing.compare("a", noisy(30, 1020, 0.5), noisy(30, 1000, 0.5)).verdict())
        .isEqualTo(SpeedVerdict.TIE);
  }

  @Test
  void aDifferenceBelowWhatPlacementCostsIsATie() {
    assertThat(Pairing.compare("a", noisy(500, 1005, 1e-4), noisy(500, 1000, 1e-4)).verdict())
        .isEqualTo(SpeedVerdict.TIE);
  }

  @Test
  void aClearDifferenceIsAWin() {
    Versus versus = Pairing.compare("a", noisy(200, 1200, 0.1), noisy(200, 1000, 0.1));

    assertThat(versus.verdict()).isEqualTo(SpeedVerdict.FASTER);
    assertThat(versus.speed()).isBetween(1.15, 1.25);
    assertThat(versus.other()).isEqualTo("a");
  }

  /** The machine slows down to a third meanwhile: quartiles overlap widely, pairs do not. */
  @Test
  void driftHidesNothing() {
    double[] slower = noisy(200, 1100, 0.02);
    double[] faster = noisy(200, 1000, 0.02);
    for (int i = 0; i < slower.length; i++) {
      slower[i] *= 1 + i / 100.0;
      faster[i] *= 1 + i / 100.0;
    }

    assertThat(Pairing.compare("a", slower, faster).verdict()).isEqualTo(SpeedVerdict.FASTER);
    assertThat(Pairing.compare("a", faster, slower).verdict()).isEqualTo(SpeedVerdict.SLOWER);
  }

  @Test
  void roundsThatOneLeftOutDoNotCount() {
    double[] seldom = noisy(100, 5000, 0.05);
    for (int i = 0; i < seldom.length; i++) {
      seldom[i] = i % 7 == 0 ? seldom[i] : Double.NaN;
    }

    Versus versus = Pairing.compare("a", seldom, noisy(100, 1000, 0.05));

    assertThat(versus.verdict()).isEqualTo(SpeedVerdict.FASTER);
    assertThat(versus.speed()).isBetween(4.5, 5.5);
  }

  @Test
  void fewRoundsDecideLargeDifferencesOnly() {
    assertThat(Pairing.compare("a", noisy(3, 1100, 0), noisy(3, 1000, 0)).verdict())
        .isEqualTo(SpeedVerdict.TIE);
    assertThat(Pairing.compare("a", noisy(1, 2000, 0), noisy(1, 1000, 0)).verdict())
        .isEqualTo(SpeedVerdict.FASTER);
  }

  @Test
  void theOtherSeesItMirrored() {
    Versus versus = Pairing.compare("a", noisy(100, 2000, 0.1), noisy(100, 1000, 0.1));
    Versus mirrored = versus.mirrored("b");

    assertThat(mirrored.verdict()).isEqualTo(SpeedVerdict.SLOWER);
    assertThat(mirrored.other()).isEqualTo("b");
    assertThat(mirrored.low()).isLessThanOrEqualTo(mirrored.speed());
    assertThat(mirrored.high()).isGreaterThanOrEqualTo(mirrored.speed());
  }

  @Test
  void quantilesLieBetweenNeighbours() {
    var quantiles = new Quantiles(4, Double.NaN, 1, 3, 2);

    assertThat(quantiles.count()).isEqualTo(4);
    assertThat(quantiles.median()).isEqualTo(2.5);
    assertThat(quantiles.at(0)).isEqualTo(1);
    assertThat(quantiles.at(1)).isEqualTo(4);
    assertThat(new Quantiles().median()).isNaN();
  }
}

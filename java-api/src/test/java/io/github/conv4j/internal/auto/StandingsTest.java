package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandingsTest {
  private static final Convolution CONVOLUTION = Convolution.conv2d(1, 1).kernel(1).build();

  private final FakeStopwatch stopwatch = new FakeStopwatch();
  private final FakeEngine engine = new FakeEngine("one", stopwatch);

  @Test
  void theFastestWins() {
    TimedCandidate first = candidate("first", 12, 12, 12, 12, 12, 12, 12, 12);
    TimedCandidate second = candidate("second", 9, 9, 9, 9, 9, 9, 9, 9);
    TimedCandidate third = candidate("third", 11, 11, 11, 11, 11, 11, 11, 11);
    var standings = new Standings(List.of(first, second, third));

    assertThat(standings.winner()).isSameAs(second);
    assertThat(standings.isSettled()).isTrue();
  }

  @Test
  void theEarlierStaysWhereTheLaterIsHardlyFaster() {
    TimedCandidate first = candidate("first", 101, 101, 101, 101, 101, 101, 101, 101);
    TimedCandidate second = candidate("second", 100, 100, 100, 100, 100, 100, 100, 100);
    var standings = new Standings(List.of(first, second));

    assertThat(standings.winner()).isSameAs(first);
    assertThat(standings.isSettled()).isTrue();
  }

  @Test
  void disturbancesOfMostTurnsDoNotCount() {
    TimedCandidate first = candidate("first", 50, 10, 70, 90, 40, 60, 10, 80);
    TimedCandidate second = candidate("second", 12, 12, 12, 12, 12, 12, 12, 12);
    var standings = new Standings(List.of(first, second));

    assertThat(standings.winner()).isSameAs(first);
    assertThat(standings.isSettled()).isTrue();
  }

  @Test
  void whoIsFasterInOneHalfOnlyDoesNotReplaceTheEarlier() {
    TimedCandidate first = candidate("first", 10, 10, 10, 10, 30, 30, 30, 30);
    TimedCandidate second = candidate("second", 11, 11, 11, 11, 9, 9, 9, 9);
    var standings = new Standings(List.of(first, second));

    assertThat(standings.winner()).isSameAs(first);
    assertThat(standings.isSettled()).isFalse();
    assertThat(standings.isBeaten(first, 1)).isFalse();
  }

  @Test
  void whoseBestTurnIsSlowerDoesNotReplaceTheEarlier() {
    // Of eight turns a half, the lower quartile is the second.
    TimedCandidate first = candidate("first", 10, 20, 20, 20, 20, 20, 20, 20);
    TimedCandidate second = candidate("second", 15, 15, 15, 15, 15, 15, 15, 15);
    first.turned(20);
    second.turned(15);
    for (int i = 0; i < 7; i++) {
      first.turned(20);
      second.turned(15);
    }

    assertThat(new Standings(List.of(first, second)).winner()).isSameAs(first);
  }

  @Test
  void fewTurnsNeedALargerLead() {
    TimedCandidate first = candidate("first", 104, 104, 104, 104);
    TimedCandidate second = candidate("second", 100, 100, 100, 100);
    TimedCandidate third = candidate("third", 90, 90, 90, 90);

    assertThat(new Standings(List.of(first, second)).winner()).isSameAs(first);
    assertThat(new Standings(List.of(first, third)).winner()).isSameAs(third);
  }

  @Test
  void javaCodeThatBecomesFasterKeepsTheRaceOpen() {
    engine.warmingUp();
    TimedCandidate first = candidate("first", 10, 10, 10, 10, 10, 10, 10, 10);
    TimedCandidate second = candidate("second", 90, 80, 70, 60, 12, 12, 8, 8);
    var standings = new Standings(List.of(first, second));

    assertThat(standings.winner()).isSameAs(first);
    assertThat(standings.isAnyGettingFaster()).isTrue();
    assertThat(standings.isSettled()).isFalse();
  }

  @Test
  void turnsBeforeTheCodeBecameFasterAreForgotten() {
    TimedCandidate first = candidate("first", 10, 10, 10, 10, 10, 10, 10, 10);
    TimedCandidate second = candidate("second", 90, 80, 70, 60, 8, 8, 8, 8);
    first.forgetFirstHalf();
    second.forgetFirstHalf();

    assertThat(second.turnCount()).isEqualTo(4);
    assertThat(new Standings(List.of(first, second)).winner()).isSameAs(second);
  }

  @Test
  void whoIsManyTimesSlowerIsBeaten() {
    TimedCandidate first = candidate("first", 10, 10, 10, 10);
    TimedCandidate second = candidate("second", 29, 29, 29, 29);
    var standings = new Standings(List.of(first, second));

    assertThat(standings.isBeaten(second, 2)).isTrue();
    assertThat(standings.isBeaten(second, 3)).isFalse();
    assertThat(standings.isBeaten(first, 1)).isFalse();
  }

  private TimedCandidate candidate(String name, double... turns) {
    try (var reference = Engines.named("reference");
        var prepared =
            reference.prepare(
                CONVOLUTION,
                TensorSpec.f32(Layout.NHWC, 1, 1, 1, 1),
                Runs.integers(CONVOLUTION.weightsShape(), 1),
                new float[1])) {
      var candidate = new TimedCandidate(new Way(engine, name), prepared, stopwatch);
      for (double nanos : turns) {
        candidate.turned(nanos);
      }
      return candidate;
    }
  }
}

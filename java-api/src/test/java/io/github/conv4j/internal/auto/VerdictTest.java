package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Convolution CONVOLUTION = Convolution.conv2d(1, 1).kernel(1).build();

  private final FakeEngine engine = new FakeEngine("one");

  @Test
  void theFastestWins() {
    Contestant first = contestant("first", 12, 12, 12, 12, 12, 12, 12, 12);
    Contestant second = contestant("second", 9, 9, 9, 9, 9, 9, 9, 9);
    Contestant third = contestant("third", 11, 11, 11, 11, 11, 11, 11, 11);
    var verdict = new Verdict(List.of(first, second, third));

    assertThat(verdict.winner()).isSameAs(second);
    assertThat(verdict.isSettled()).isTrue();
  }

  @Test
  void theEarlierStaysWhereTheLaterIsHardlyFaster() {
    Contestant first = contestant("first", 101, 101, 101, 101, 101, 101, 101, 101);
    Contestant second = contestant("second", 100, 100, 100, 100, 100, 100, 100, 100);
    var verdict = new Verdict(List.of(first, second));

    assertThat(verdict.winner()).isSameAs(first);
    assertThat(verdict.isSettled()).isTrue();
  }

  @Test
  void disturbancesOfMostTurnsDoNotCount() {
    Contestant first = contestant("first", 50, 10, 70, 90, 40, 60, 10, 80);
    Contestant second = contestant("second", 12, 12, 12, 12, 12, 12, 12, 12);
    var verdict = new Verdict(List.of(first, second));

    assertThat(verdict.winner()).isSameAs(first);
    assertThat(verdict.isSettled()).isTrue();
  }

  @Test
  void whoIsFasterInOneHalfOnlyDoesNotReplaceTheEarlier() {
    Contestant first = contestant("first", 10, 10, 10, 10, 30, 30, 30, 30);
    Contestant second = contestant("second", 11, 11, 11, 11, 9, 9, 9, 9);
    var verdict = new Verdict(List.of(first, second));

    assertThat(verdict.winner()).isSameAs(first);
    assertThat(verdict.isSettled()).isFalse();
    assertThat(verdict.isBeaten(first, 1)).isFalse();
  }

  @Test
  void whoseBestTurnIsSlowerDoesNotReplaceTheEarlier() {
    // Of eight turns a half, the lower quartile is the second.
    Contestant first = contestant("first", 10, 20, 20, 20, 20, 20, 20, 20);
    Contestant second = contestant("second", 15, 15, 15, 15, 15, 15, 15, 15);
    first.turned(20);
    second.turned(15);
    for (int i = 0; i < 7; i++) {
      first.turned(20);
      second.turned(15);
    }

    assertThat(new Verdict(List.of(first, second)).winner()).isSameAs(first);
  }

  @Test
  void fewTurnsNeedALargerLead() {
    Contestant first = contestant("first", 104, 104, 104, 104);
    Contestant second = contestant("second", 100, 100, 100, 100);
    Contestant third = contestant("third", 90, 90, 90, 90);

    assertThat(new Verdict(List.of(first, second)).winner()).isSameAs(first);
    assertThat(new Verdict(List.of(first, third)).winner()).isSameAs(third);
  }

  @Test
  void javaCodeThatBecomesFasterKeepsTheRaceOpen() {
    engine.warmingUp();
    Contestant first = contestant("first", 10, 10, 10, 10, 10, 10, 10, 10);
    Contestant second = contestant("second", 90, 80, 70, 60, 12, 12, 8, 8);
    var verdict = new Verdict(List.of(first, second));

    assertThat(verdict.winner()).isSameAs(first);
    assertThat(verdict.isAnyGettingFaster()).isTrue();
    assertThat(verdict.isSettled()).isFalse();
  }

  @Test
  void turnsBeforeTheCodeBecameFasterAreForgotten() {
    Contestant first = contestant("first", 10, 10, 10, 10, 10, 10, 10, 10);
    Contestant second = contestant("second", 90, 80, 70, 60, 8, 8, 8, 8);
    first.forgetFirstHalf();
    second.forgetFirstHalf();

    assertThat(second.turnCount()).isEqualTo(4);
    assertThat(new Verdict(List.of(first, second)).winner()).isSameAs(second);
  }

  @Test
  void whoIsManyTimesSlowerIsBeaten() {
    Contestant first = contestant("first", 10, 10, 10, 10);
    Contestant second = contestant("second", 29, 29, 29, 29);
    var verdict = new Verdict(List.of(first, second));

    assertThat(verdict.isBeaten(second, 2)).isTrue();
    assertThat(verdict.isBeaten(second, 3)).isFalse();
    assertThat(verdict.isBeaten(first, 1)).isFalse();
  }

  private Contestant contestant(String name, double... turns) {
    try (var reference = Engines.named("reference");
        var prepared =
            reference.prepare(
                CONVOLUTION,
                TensorSpec.f32(Layout.NHWC, 1, 1, 1, 1),
                Runs.integers(CONVOLUTION.weightsShape(), 1),
                new float[1])) {
      var contestant = new Contestant(new Way(engine, name), prepared);
      for (double nanos : turns) {
        contestant.turned(nanos);
      }
      return contestant;
    }
  }
}

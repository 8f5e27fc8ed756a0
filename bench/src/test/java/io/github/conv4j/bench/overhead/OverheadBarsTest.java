package io.github.conv4j.bench.overhead;

import static io.github.conv4j.bench.overhead.Check.Answer.NO;
import static io.github.conv4j.bench.overhead.Check.Answer.NO_WITHIN_NOISE;
import static io.github.conv4j.bench.overhead.Check.Answer.YES;
import static io.github.conv4j.bench.overhead.Check.Answer.YES_WITHIN_NOISE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OverheadBarsTest {
  private static final MedianEstimate SMALL_FLOOR = MedianEstimate.of(1_000);
  private static final MedianEstimate MIDDLE_FLOOR = MedianEstimate.of(8_000);
  private static final MedianEstimate LARGE_FLOOR = MedianEstimate.of(60_000);

  @Test
  void answersForTheMedianAndSaysWhenTheRangeCannotTell() {
    assertThat(Check.atMost(10, "10", MedianEstimate.of(7, 8, 9)).answer()).isEqualTo(YES);
    assertThat(Check.atMost(10, "10", MedianEstimate.of(7, 8, 11)).answer())
        .isEqualTo(YES_WITHIN_NOISE);
    assertThat(Check.atMost(10, "10", MedianEstimate.of(7, 12, 13)).answer())
        .isEqualTo(NO_WITHIN_NOISE);
    assertThat(Check.atMost(10, "10", MedianEstimate.of(11, 12, 13)).answer()).isEqualTo(NO);
  }

  @Test
  void keepsABarThatIsJustMet() {
    assertThat(OverheadBars.allocation(0).answer()).isEqualTo(YES);
    assertThat(OverheadBars.allocation(0.001).answer()).isEqualTo(NO);
  }

  @Test
  void holdsTheSmallestLayerAgainstATimeAndLargeOnesAgainstAShare() {
    MedianEstimate nanos = MedianEstimate.of(140);
    MedianEstimate share = MedianEstimate.of(0.14);
    assertThat(OverheadBars.call(true, SMALL_FLOOR, nanos, share))
        .isEqualTo(new Check("<= 150 ns", 150, 140, YES));
    assertThat(OverheadBars.call(false, MIDDLE_FLOOR, nanos, share)).isNull();
    assertThat(OverheadBars.call(false, LARGE_FLOOR, nanos, share))
        .isEqualTo(new Check("<= 2 %", 0.02, 0.14, NO));
  }
}

package io.github.conv4j.bench.overhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MedianEstimateTest {
  @Test
  void isTheMiddleOfAnOddNumber() {
    assertThat(MedianEstimate.of(5, 1, 3)).isEqualTo(new MedianEstimate(3, 1, 5, 3));
  }

  @Test
  void isBetweenTheTwoInTheMiddleOfAnEvenNumber() {
    assertThat(MedianEstimate.of(4, 1, 2, 9).median()).isEqualTo(3);
  }

  @Test
  void saysWhereTheMedianOfManyLies() {
    MedianEstimate estimate = MedianEstimate.of(IntStream.range(0, 100).asDoubleStream().toArray());
    // The exact binomial interval of 100 values is that of the 40th and the 61st.
    assertThat(estimate.low()).isBetween(39.0, 41.0);
    assertThat(estimate.high()).isBetween(58.0, 60.0);
  }

  @Test
  void doesNotMoveWithAnOutlier() {
    assertThat(MedianEstimate.of(1, 2, 3, 4, 1e12).median()).isEqualTo(3);
  }

  @Test
  void refusesNothing() {
    assertThatThrownBy(MedianEstimate::of).isInstanceOf(IllegalArgumentException.class);
  }
}

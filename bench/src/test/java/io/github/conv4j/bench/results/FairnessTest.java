package io.github.conv4j.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FairnessTest {
  @Test
  void comparesWithClientsApart() {
    Fairness fairness = Fairness.of(2000, 4, 1900, 2_400_000);

    assertThat(fairness.throughputRatio()).isEqualTo(0.95);
    assertThat(fairness.tailRatio()).isCloseTo(1.2, Offset.offset(0.01));
    assertThat(fairness.isReached()).isTrue();
    assertThat(Fairness.of(2000, 4, 1899, 2_400_000).isReached()).isFalse();
    assertThat(Fairness.of(2000, 4, 1900, 2_700_000).isReached()).isFalse();
  }
}

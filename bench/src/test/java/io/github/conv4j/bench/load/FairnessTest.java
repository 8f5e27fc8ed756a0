package io.github.conv4j.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FairnessTest {
  @Test
  void comparesWithClientsApart() {
    LaneResult apart = result(2, 2000, 1_000_000);
    LaneResult together = result(4, 1900, 2_400_000);

    Fairness fairness = Fairness.of(apart, together);

    assertThat(fairness.throughputRatio()).isEqualTo(0.95);
    assertThat(fairness.tailRatio()).isCloseTo(1.2, Offset.offset(0.01));
    assertThat(fairness.isReached()).isTrue();
    assertThat(Fairness.of(apart, result(4, 1899, 2_400_000)).isReached()).isFalse();
    assertThat(Fairness.of(apart, result(4, 1900, 2_700_000)).isReached()).isFalse();
  }

  private static LaneResult result(int clients, long calls, long nanos) {
    var latencies = new Histogram(3);
    latencies.recordValue(nanos);
    return new LaneResult(
        new LaneName("x", "", clients, 2, false), "", calls, 1, 0, "", 0, latencies);
  }
}

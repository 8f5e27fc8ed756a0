package io.github.conv4j.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.contender.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On a clock of its own: nothing here depends on how fast the machine is. */
class LaneTest {
  private static final long MICRO = 1_000;

  private final FakeTicker ticker = new FakeTicker();

  @Test
  void closedLoopMeasuresTheServiceTime() {
    LaneResult result = run(new FakeEntry(ticker, 100 * MICRO), 0);

    assertThat(result.calls()).isEqualTo(10);
    assertThat(result.seconds()).isEqualTo(1e-3);
    assertThat(result.throughput()).isEqualTo(10_000);
    assertNear(result.percentile(50), 100 * MICRO);
    assertNear(result.percentile(100), 100 * MICRO);
    assertThat(result.errors()).isZero();
    assertThat(result.unserved()).isZero();
  }

  @Test
  void closedLoopCountsWhenItHasRunForAWhile() {
    // Two calls lead in: the second of them, and the first that counts, are long.
    var entry = new FakeEntry(ticker, 100 * MICRO);
    entry.takeLonger(2, 150 * MICRO);
    entry.takeLonger(3, 200 * MICRO);

    LaneResult result = run(entry, 0);

    assertThat(result.calls()).isEqualTo(9);
    assertNear(result.percentile(100), 200 * MICRO);
    assertThat(result.seconds()).isEqualTo(1e-3);
  }

  @Test
  void closedLoopCountsWhatCallsTakeFromTheHeap() {
    var frugal = new FakeEntry(ticker, 100 * MICRO);
    var lavish = new FakeEntry(ticker, 100 * MICRO);
    lavish.takeFromHeap(100_000);

    // What the JVM itself takes meanwhile is far less.
    assertThat(run(frugal, 0).heapBytesOfCall().orElseThrow()).isLessThan(50_000);
    assertThat(run(lavish, 0).heapBytesOfCall().orElseThrow()).isBetween(100_000.0, 150_000.0);
    assertThat(run(lavish, 5_000).heapBytesOfCall()).isEmpty();
  }

  @Test
  void openLoopBelowCapacityMeasuresTheServiceTime() {
    LaneResult result = run(new FakeEntry(ticker, 100 * MICRO), 5_000);

    assertThat(result.calls()).isEqualTo(5);
    assertNear(result.percentile(100), 100 * MICRO);
    assertThat(result.unserved()).isZero();
  }

  @Test
  void openLoopAboveCapacityCountsTheWaiting() {
    // Due every 50 µs, served in 100: request k waits 50 k µs; after 1 ms ten are served, ten wait.
    LaneResult result = run(new FakeEntry(ticker, 100 * MICRO), 20_000);

    assertThat(result.calls()).isEqualTo(10);
    assertThat(result.unserved()).isEqualTo(10);
    assertNear(result.latencies().getMinValue(), 50 * MICRO);
    assertNear(result.percentile(100), 550 * MICRO);
  }

  @Test
  void countsFailedCallsAndGoesOn() {
    LaneResult result = run(new FakeEntry(ticker, 100 * MICRO, 6, Long.MAX_VALUE), 0);

    assertThat(result.calls()).isEqualTo(3);
    assertThat(result.errors()).isEqualTo(7);
    assertThat(result.error()).contains("a spring broke");
  }

  @Test
  void countsResultsThatDiffer() {
    var entry = new FakeEntry(ticker, 100 * MICRO, Long.MAX_VALUE, 15);
    try (Lane lane = lane(entry, 0)) {
      lane.slice(1000 * MICRO);
      lane.slice(1000 * MICRO);

      LaneResult result = lane.result();

      assertThat(result.errors()).isEqualTo(1);
      assertThat(result.error()).contains("differs");
    }
  }

  @Test
  void warmUpCountsNothingButErrors() {
    try (Lane lane = lane(new FakeEntry(ticker, 100 * MICRO, 10, Long.MAX_VALUE), 0)) {
      lane.warmUp(1000 * MICRO);

      LaneResult result = lane.result();

      assertThat(result.calls()).isZero();
      assertThat(result.errors()).isEqualTo(1);
      assertThat(lane.firstResult()).containsExactly(1, 2);
    }
  }

  private LaneResult run(Entry entry, double rate) {
    try (Lane lane = lane(entry, rate)) {
      lane.slice(1000 * MICRO);
      return lane.result();
    }
  }

  private Lane lane(Entry entry, double rate) {
    return new Lane(new LaneName("fake", "1", 1, 1, false), List.of(entry), rate, ticker);
  }

  private static void assertNear(long nanos, long expected) {
    assertThat((double) nanos).isBetween(expected * 0.998, expected * 1.002);
  }
}

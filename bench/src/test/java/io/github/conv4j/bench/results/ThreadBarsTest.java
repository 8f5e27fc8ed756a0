package io.github.conv4j.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThreadBarsTest {
  private static List<Bar> bars(BenchResults results) {
    return Bars.of(results, null);
  }

  private static Bar bar(BenchResults results) {
    return bars(results).stream()
        .filter(bar -> bar.subject().startsWith("onednn@2 against onednn"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void judgesEachDenseLayerOfMoreThanAMillisecond() {
    assertThat(bar(MadeUpResults.withTwoThreads(1.85)).state()).isEqualTo(Bar.State.REACHED);
    Bar missed = bar(MadeUpResults.withTwoThreads(1.75));
    assertThat(missed.state()).isEqualTo(Bar.State.MISSED);
    // MadeUpResults take 1 ms for 110 million multiplications: 118 for conv1, 116 for 3x3 layers.
    assertThat(missed.found()).startsWith("0 of ").contains("least 1.75x on resnet50 conv1");
  }

  @Test
  void isThereOnlyWithBoth() {
    assertThat(bars(MadeUpResults.of(2.5)))
        .noneMatch(bar -> bar.subject().contains("more than 1 ms"));
  }

  @Test
  void whatIsForOneThreadIsNotJudgedWithMore() {
    BenchResults two = MadeUpResults.withThreads(2);

    assertThat(bars(two))
        .filteredOn(bar -> bar.found().contains("2.50x on"))
        .isNotEmpty()
        .allSatisfy(bar -> assertThat(bar.state()).isEqualTo(Bar.State.UNKNOWN))
        .allSatisfy(
            bar ->
                assertThat(bar.found()).startsWith("it is for one thread, and this run has 2: "));
    assertThat(bars(two))
        .filteredOn(bar -> !bar.subject().startsWith("a call"))
        .extracting(Bar::state)
        .containsOnly(Bar.State.UNKNOWN);
  }

  @Test
  void aSecondThreadMakesNobodyTheBestOfOne() {
    Bar peak =
        bars(MadeUpResults.withTwoThreads(1.85)).stream()
            .filter(bar -> bar.subject().startsWith("the best strict engine"))
            .findFirst()
            .orElseThrow();

    // 2 / 240 * 110
    assertThat(peak.found()).startsWith("0.92 (geometric mean); 0 of ");
  }
}

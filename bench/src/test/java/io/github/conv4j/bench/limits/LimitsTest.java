package io.github.conv4j.bench.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Ceiling CEILING =
      new Ceiling(
          1,
          200,
          0,
          0,
          List.of(
              new Bandwidth(1 << 10, 300, 100),
              new Bandwidth(1 << 20, 100, 110),
              new Bandwidth(1 << 24, 20, 10)));

  @Test
  void theRoofIsThePeakOrTheBandwidthOfTheCacheThatHoldsIt() {
    assertThat(CEILING.roof(1_000_000, 2_000_000)).isEqualTo(110);
    assertThat(CEILING.roof(10_000_000, 2_000_000)).isEqualTo(200);
    assertThat(CEILING.roof(1_000_000, 20_000_000)).isEqualTo(2);
    assertThat(CEILING.roof(100, 100)).isEqualTo(200);
  }

  @Test
  void withoutBandwidthThePeakIsTheRoof() {
    assertThat(new Ceiling(1, 200, 0, 0, List.of()).roof(1, 1_000_000)).isEqualTo(200);
  }

  @Test
  void theBetterOfTwoMeasurementsCounts() throws IOException {
    Ceiling first = LimitsProgram.parse(1, List.of("f32 200.5", "read 1024 30", "triad 1024 20"));
    Ceiling second = LimitsProgram.parse(1, List.of("f32 100", "read 1024 40", "triad 1024 10"));

    assertThat(first.best(second))
        .isEqualTo(new Ceiling(1, 200.5, 0, 0, List.of(new Bandwidth(1024, 40, 20))));
  }

  @Test
  void otherTextIsRefused() {
    assertThatThrownBy(() -> LimitsProgram.parse(1, List.of("error: out of memory")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("out of memory");
  }

  @Test
  void withoutACompilerTheFastestLayerStandsForThePeak() throws InterruptedException {
    Limits limits = LimitsProgram.measure(Map.of("PATH", ""), List.of(1));

    assertThat(limits.measured()).isFalse();
    assertThat(limits.source()).isEqualTo(LimitsProgram.NO_COMPILER);
    assertThat(limits.orFastest(1, 123).of(1).map(Ceiling::f32)).contains(123.0);
    assertThat(limits.orFastest(1, 123).source()).contains("fastest layer");
  }

  @Test
  void withACompilerTheLimitsAreMeasured() throws InterruptedException {
    Limits limits = LimitsProgram.measure(System.getenv(), List.of(1));

    if (!limits.measured()) {
      assertThat(limits.source()).isEqualTo(LimitsProgram.NO_COMPILER);
      return;
    }
    Ceiling ceiling = limits.of(1).orElseThrow();
    assertThat(ceiling.f32()).isGreaterThan(1);
    assertThat(ceiling.bandwidths()).hasSizeGreaterThan(5).allMatch(b -> b.triad() > 0);
  }
}

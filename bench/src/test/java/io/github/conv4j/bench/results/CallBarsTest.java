package io.github.conv4j.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CallBarsTest {
  private static final CallCosts.Layer SMALLEST =
      new CallCosts.Layer("mb1_ic8oc8_ih8kh1", 1000, 1160, 160, 0.16);
  private static final CallCosts.Layer LARGEST =
      new CallCosts.Layer("mb1_ic64oc64_ih56kh3ph1", 1e6, 0.9e6, -1e5, -0.1);

  @Test
  void meansTheRatiosOfPairsNotOfMedians() {
    var calls = new CallCosts("a test", List.of(SMALLEST, LARGEST));

    assertThat(calls.geometricMean()).isCloseTo(Math.sqrt(1.16 * 0.9), within(1e-12));
  }

  @Test
  void judgesMeanAndSmallestLayerApart() {
    List<Bar> bars = CallBars.of(new CallCosts("a test", List.of(SMALLEST, LARGEST)));

    assertThat(bars).extracting(Bar::state).containsExactly(Bar.State.MISSED, Bar.State.MISSED);
    assertThat(bars.getFirst().found())
        .isEqualTo(
            "1.022x on 2 layers, 0.900x without the smallest; most 1.160x, on mb1_ic8oc8_ih8kh1");
    assertThat(bars.getLast().found()).isEqualTo("+160 ns to 1000 ns, on mb1_ic8oc8_ih8kh1");
    assertThat(CallBars.of(new CallCosts("a test", List.of(LARGEST))))
        .extracting(Bar::state)
        .containsExactly(Bar.State.REACHED, Bar.State.REACHED);
  }

  @Test
  void saysWhyNothingIsKnown() {
    assertThat(CallBars.of(CallCosts.unknown("no compiler")))
        .hasSize(2)
        .allSatisfy(bar -> assertThat(bar.state()).isEqualTo(Bar.State.UNKNOWN))
        .allSatisfy(bar -> assertThat(bar.found()).isEqualTo("no compiler"));
    assertThat(CallBars.of(null)).extracting(Bar::found).containsOnly("not measured in this run");
  }
}

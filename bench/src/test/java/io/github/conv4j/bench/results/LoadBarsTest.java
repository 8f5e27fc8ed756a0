package io.github.conv4j.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadBarsTest {
  /** The fair share of 2 clients is 1 ms, that of 4 is 2 ms. */
  private static final LoadResults.Run APART = run("onednn", 2, true, 2000, 0, 1.1e6);

  private static LoadResults.Run run(
      String contender, int clients, boolean apart, double throughput, long errors, double p99) {
    return new LoadResults.Run(
        contender,
        "mb1_ic8oc8_ih8kh1",
        "closed",
        clients,
        apart,
        0,
        throughput,
        errors,
        Map.of("99", p99));
  }

  private static List<Bar> bars(LoadResults.Run... runs) {
    return LoadBars.of(new LoadResults(LoadResults.SCHEMA, false, List.of(runs)));
  }

  @Test
  void judgesEveryNumberOfClientsThatFillsTheMachine() {
    List<Bar> bars =
        bars(
            APART,
            run("onednn", 1, false, 1000, 0, 9e6),
            run("onednn", 2, false, 1920, 0, 1.2e6),
            run("onednn", 4, false, 1900, 0, 3e6),
            run("onnxruntime", 4, false, 100, 0, 9e6));

    assertThat(bars).extracting(Bar::state).containsExactly(Bar.State.REACHED, Bar.State.MISSED);
    assertThat(bars)
        .extracting(Bar::found)
        .containsExactly(
            "0.96 with 2 clients, 0.95 with 4 clients", "1.20 with 2 clients, 1.50 with 4 clients");
  }

  @Test
  void callsThatFailReachNothing() {
    List<Bar> bars = bars(APART, run("onednn", 2, false, 2000, 3, 1e6));

    assertThat(bars).extracting(Bar::state).containsOnly(Bar.State.MISSED);
    assertThat(bars.getFirst().found()).isEqualTo("1.00 with 2 clients and 3 errors");
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(bars(run("onednn", 4, false, 1900, 0, 3e6)))
        .hasSize(2)
        .allSatisfy(bar -> assertThat(bar.state()).isEqualTo(Bar.State.UNKNOWN))
        .allSatisfy(bar -> assertThat(bar.found()).contains("several numbers of clients"));
    assertThat(bars(APART, run("onednn", 1, false, 1000, 0, 1e6)))
        .extracting(Bar::found)
        .containsOnly("no run with 2 clients or more");
  }
}

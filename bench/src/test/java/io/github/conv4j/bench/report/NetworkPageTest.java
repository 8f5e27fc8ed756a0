package io.github.conv4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.whole.MadeUpNetworks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetworkPageTest {
  private static LoadResults.Run run(int clients, boolean apart, double throughput, double p99) {
    return new LoadResults.Run(
        "onednn",
        "det:x=1x3x480x480",
        "closed",
        clients,
        apart,
        0,
        throughput,
        0,
        Map.of("50", 1e7, "99", p99));
  }

  private static final LoadResults LOAD =
      new LoadResults(
          LoadResults.SCHEMA, true, List.of(run(2, true, 100, 2e7), run(8, false, 96, 1e8)));

  @Test
  void showsRatiosRunsAndStarts() {
    String page = NetworkPage.of(MadeUpNetworks.results(), LOAD);

    assertThat(page)
        .contains("Speed over onnxruntime", ">2.00x<", ">0.50x<", ">geometric mean<", ">1.00x<")
        .contains("cls without vector: no &lt;mood&gt;", "made of wood &amp; wire")
        .contains("first run", "memory MiB", ">64<", "Each in a process of its own")
        .contains("det:x=1x3x480x480", "onednn, closed, 8 clients", ">0.96<", ">1.25<")
        .contains("./conv4j bench --networks det.onnx,cls.onnx");
  }

  @Test
  void needsNothingElse() {
    assertThat(NetworkPage.of(MadeUpNetworks.results(), null))
        .contains("./conv4j load --network FILE")
        .doesNotContain("{{", "<script", "src=\"http", "<link", "NaN", "Infinity");
  }

  @Test
  void textHasTheSameFigures() {
    List<String> lines = NetworkText.lines(MadeUpNetworks.results());

    assertThat(lines.getFirst())
        .isEqualTo(
            "whole networks on made of wood & wire, 2 processors, 25, 1 thread a run,"
                + " milliseconds");
    assertThat(lines)
        .anySatisfy(line -> assertThat(line).matches("det +median +p90 +p99 +best .* ratio"))
        .anySatisfy(
            line -> assertThat(line).matches(" +onednn +10\\.00 +15\\.00 +20\\.00 .*2\\.00"))
        .anySatisfy(line -> assertThat(line).matches("cls, onnxruntime +- +300\\.0 +3\\.000 +64"))
        .contains("  without vector: no <mood>")
        .contains("onednn: 1.00 times onnxruntime, geometric mean of 2 networks, least 0.50")
        .contains("vector: 1.00 times onnxruntime, geometric mean of 1 network, least 1.00");
  }
}

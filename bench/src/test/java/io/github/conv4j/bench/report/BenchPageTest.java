package io.github.conv4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.results.MadeUpResults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPageTest {
  private static final LoadResults LOAD =
      new LoadResults(
          LoadResults.SCHEMA,
          false,
          List.of(
              new LoadResults.Run(
                  "onednn",
                  "mb1_ic8oc8_ih8kh1",
                  "open",
                  4,
                  false,
                  100,
                  99.5,
                  0,
                  Map.of("50", 1e6, "99", 3e6, "99.9", 9e6))));

  @Test
  void hasEverySection() {
    String page = BenchPage.of(MadeUpResults.of(2.5), LOAD);

    assertThat(page)
        .contains(
            "What is reached, and what is not",
            "Speed against the others",
            "Whole networks",
            "Where it loses",
            "The limits of the machine",
            "Share of the roofline",
            "Cost of prepare",
            "Cost of a call",
            "Latency under load",
            "All figures",
            "Left out",
            "Machine")
        .contains("2.50x", "FMA peak 240 GFLOP/s", "9.00 ms", "onednn, open, 4 clients");
  }

  @Test
  void needsNothingElse() {
    String page = BenchPage.of(MadeUpResults.of(2.5), LOAD);

    assertThat(page).doesNotContain("{{", "<script", "src=\"http", "<link", "NaN", "Infinity");
    assertThat(page.getBytes(StandardCharsets.UTF_8).length).isLessThan(3_000_000);
  }

  @Test
  void whatContendersSayIsText() {
    String page = BenchPage.of(MadeUpResults.of(2.5), null);

    assertThat(page)
        .contains("differs &lt;b&gt;", "a &lt;fast&gt; one")
        .doesNotContain("differs <b>");
  }

  @Test
  void saysWhereItLoses() {
    assertThat(BenchPage.of(MadeUpResults.of(0.8), null))
        .contains("0.80x", "another library beats");
    assertThat(BenchPage.of(MadeUpResults.of(2.5), null))
        .contains("no layer on which another library");
  }

  @Test
  void withoutLoadItSaysHow() {
    assertThat(BenchPage.of(MadeUpResults.of(2.5), null)).contains("Not measured in this run");
  }

  @Test
  void showsWhatACallCostsBesideC() {
    assertThat(BenchPage.of(MadeUpResults.of(2.5), null))
        .contains("C by cc, in turns.", ">8&gt;8 @8 k1<", ">+100<", ">1.100<", ">-10,000<");
    assertThat(BenchText.lines(MadeUpResults.of(2.5), null))
        .anyMatch(line -> line.matches("8>8 @8 k1 +0\\.95 +1\\.05 +\\+100 +1\\.100"))
        .contains(
            "reached a call of onednn against the same call from C, smallest layer: at most +150"
                + " ns");
  }

  @Test
  void judgesALoadWhereThereIsOne() {
    String subject = "engines under load, p99 over the fair share";

    assertThat(BenchPage.of(MadeUpResults.of(2.5), LOAD)).contains(subject);
    assertThat(BenchText.lines(MadeUpResults.of(2.5), LOAD))
        .contains("unknown " + subject + ": at most 1.3");
    assertThat(BenchPage.of(MadeUpResults.of(2.5), null)).doesNotContain(subject);
    assertThat(BenchText.lines(MadeUpResults.of(2.5), null))
        .noneMatch(line -> line.contains(subject));
  }

  @Test
  void tellsThreadsApart() {
    BenchResults results = MadeUpResults.withTwoThreads(1.9);

    assertThat(BenchPage.of(results, null))
        .contains("Without onednn@2: these are the roofs of 1 thread.", "onednn@2 over onednn<")
        .doesNotContain("onednn@2 over onnxruntime");
    assertThat(BenchText.lines(results, null))
        .anyMatch(line -> line.startsWith("limits, 1 thread: 240 GFLOP/s"))
        .anyMatch(line -> line.startsWith("limits, 2 threads: 480 GFLOP/s"));
  }

  @Test
  void textFitsATerminal() {
    assertThat(BenchText.lines(MadeUpResults.of(2.5), null))
        .contains("reached auto against ONNX Runtime, each layer: none slower")
        .filteredOn(line -> line.contains("@"))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
  }

  @Test
  void writesFilesThatCanBeReadBack(@TempDir Path folder) throws IOException {
    String written = BenchFiles.write(folder, MadeUpResults.of(2.5), null);

    assertThat(written).contains("bench.html", "bench.json");
    assertThat(BenchResults.read(folder.resolve("bench.json"))).isEqualTo(MadeUpResults.of(2.5));
    assertThat(Files.readString(folder.resolve("bench.html"))).startsWith("<!DOCTYPE html>");
  }
}

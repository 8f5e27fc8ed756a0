package io.github.conv4j.bench.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OverheadTextTest {
  private static final String LINE = "mb1_ic8oc8_ih8kh1";

  private static OverheadReport report(
      String floorText, OverheadReport.Calls calls, double load, double loadAfter) {
    MedianEstimate seen = MedianEstimate.of(80_000, 90_000, 110_000);
    MedianEstimate loads = MedianEstimate.of(900e6, 1.1e9, 1.2e9);
    return new OverheadReport(
        new OverheadReport.Machine("25", "Linux amd64", "oneDNN 3.13.0, x", 2, load, loadAfter),
        floorText,
        List.of(calls),
        List.of(
            new OverheadReport.Allocation(LINE, "confined", 100_000, 0, OverheadBars.allocation(0)),
            new OverheadReport.Allocation(
                LINE, "shared", 1_000, 24, OverheadBars.allocation(0.024))),
        List.of(
            new OverheadReport.Prepare(
                LINE,
                true,
                MedianEstimate.of(3e6),
                MedianEstimate.of(2e5),
                seen,
                MedianEstimate.of(2e4),
                OverheadBars.seenPrepare(seen))),
        List.of(new OverheadReport.Load("first", loads, OverheadBars.firstLoad(loads))));
  }

  private static List<String> words(List<String> lines, String start) {
    String line = lines.stream().filter(l -> l.strip().startsWith(start)).findFirst().orElseThrow();
    return List.of(line.strip().split(" {2,}", -1));
  }

  @Test
  void showsEveryFigureWithItsBar() {
    MedianEstimate added = MedianEstimate.of(80, 87, 95);
    MedianEstimate share = MedianEstimate.of(0.08, 0.087, 0.095);
    var floor =
        new OverheadReport.Floor(
            MedianEstimate.of(1000),
            added,
            share,
            OverheadBars.call(true, MedianEstimate.of(1000), added, share));
    var calls = new OverheadReport.Calls(LINE, "confined", "jit", MedianEstimate.of(1087), floor);

    List<String> lines = OverheadText.lines(report("C by cc", calls, 0.1, 1.1));

    assertThat(words(lines, LINE + "  confined  1.00"))
        .containsExactly(
            LINE,
            "confined",
            "1.00 µs",
            "1.09 µs",
            "+87 ns",
            "+80 ns to +95 ns",
            "+8.7 %",
            "<= 150 ns",
            "yes");
    assertThat(words(lines, LINE + "  confined  100,000"))
        .containsExactly(LINE, "confined", "100,000", "0", "<= 0 bytes", "yes");
    assertThat(lines).anyMatch(line -> line.contains("1,000          0.0240  <= 0 bytes    no"));
    assertThat(words(lines, LINE + ", first in its process"))
        .containsExactly(
            LINE + ", first in its process",
            "3.00 ms",
            "200 µs",
            "90.0 µs",
            "80.0 µs to 110 µs",
            "<= 100 µs",
            "yes, within noise",
            "20.0 µs");
    assertThat(words(lines, "first "))
        .containsExactly("first", "3", "1.10 s", "900 ms to 1.20 s", "<= 1 s", "no, within noise");
    assertThat(lines).contains("C by cc").noneMatch(line -> line.contains("other work"));
  }

  @Test
  void saysWhyThereIsNoFloorAndShowsTheRest() {
    var calls = new OverheadReport.Calls(LINE, "shared", "jit", MedianEstimate.of(1087), null);

    List<String> lines = OverheadText.lines(report(FloorCompiler.NO_COMPILER, calls, 3, 3));

    assertThat(words(lines, LINE + "  shared  -"))
        .containsExactly(LINE, "shared", "-", "1.09 µs", "-", "-", "-", "-", "-");
    assertThat(lines)
        .contains(FloorCompiler.NO_COMPILER)
        .anyMatch(line -> line.contains("on 2 processors: other work ran too"));
  }

  @Test
  void writesTimesAsPeopleReadThem() {
    assertThat(Times.text(87.4)).isEqualTo("87 ns");
    assertThat(Times.text(1_234)).isEqualTo("1.23 µs");
    assertThat(Times.text(58_600)).isEqualTo("58.6 µs");
    assertThat(Times.text(208e6)).isEqualTo("208 ms");
    assertThat(Times.text(61e9)).isEqualTo("61.0 s");
    assertThat(Times.added(-15_500)).isEqualTo("-15.5 µs");
    assertThat(Times.share(-0.0331)).isEqualTo("-3.3 %");
  }
}

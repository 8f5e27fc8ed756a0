package io.github.conv4j.bench.report;

import io.github.conv4j.bench.results.Fairness;
import io.github.conv4j.bench.results.LoadResults;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Latencies under load: a drawing and a table for each problem. */
final class LoadSection {
  private static final String NOTE =
      "<p class=\"note\">Apart: a client for each thread, each with an engine of one thread."
          + " Throughput is over theirs; the fair share is the clients over that throughput.</p>\n";

  private static final List<String> PERCENTAGES = List.of("50", "90", "99", "99.9", "100");

  private LoadSection() {}

  /**
   * Returns it, or what to do where nothing was measured.
   *
   * @param measure the command that measures
   * @param write the command that writes the page with it
   */
  static String of(@Nullable LoadResults load, String measure, String write) {
    if (load == null || load.runs().isEmpty()) {
      return "<p>Not measured in this run. <code>%s</code> measures it; <code>%s</code> writes this page again with it.</p>"
          .formatted(Svg.escaped(measure), Svg.escaped(write));
    }
    return NOTE
        + load.runs().stream()
            .map(LoadResults.Run::problem)
            .distinct()
            .map(problem -> of(load, problem))
            .collect(Collectors.joining("\n"));
  }

  private static String of(LoadResults load, String problem) {
    List<LoadResults.Run> runs =
        load.runs().stream().filter(run -> run.problem().equals(problem)).toList();
    List<String> titles = runs.stream().map(LoadSection::title).toList();
    var html = new StringBuilder("<div class=\"keep\"><h3>");
    html.append(Svg.escaped(problem))
        .append("</h3>")
        .append(Marks.legend(titles))
        .append(BenchCharts.load(runs))
        .append("</div>\n<div class=\"scroll\"><table>")
        .append(
            Html.head(
                "run",
                "calls/s",
                "p50",
                "p90",
                "p99",
                "p99.9",
                "most",
                "errors",
                "throughput",
                "p99/fair share"));
    for (int i = 0; i < runs.size(); i++) {
      LoadResults.Run run = runs.get(i);
      Optional<Fairness> fairness = load.fairness(run);
      html.append("<tr>")
          .append(Html.cell("td", "word", titles.get(i)))
          .append(Html.cell("td", "number", rate(run.throughput())));
      for (String percentage : PERCENTAGES) {
        Double nanos = run.percentiles().get(percentage);
        html.append(Html.cell("td", "number", nanos == null ? "" : BenchCharts.time(nanos)));
      }
      html.append(Html.cell("td", run.errors() == 0 ? "number" : "number lost", "" + run.errors()))
          .append(ratio(fairness.map(Fairness::throughputRatio)))
          .append(ratio(fairness.map(Fairness::tailRatio)))
          .append("</tr>\n");
    }
    return html.append("</table></div>\n").toString();
  }

  private static String title(LoadResults.Run run) {
    return "%s%s, %s, %d client%s%s"
        .formatted(
            run.contender(),
            run.apart() ? " apart" : "",
            run.mode(),
            run.clients(),
            run.clients() == 1 ? "" : "s",
            run.rate() > 0 ? ", %.0f calls/s".formatted(run.rate()) : "");
  }

  private static String rate(double callsPerSecond) {
    return String.format(Locale.ROOT, callsPerSecond < 100 ? "%.1f" : "%,.0f", callsPerSecond);
  }

  private static String ratio(Optional<Double> ratio) {
    return Html.cell(
        "td", "number", ratio.map(r -> String.format(Locale.ROOT, "%.2f", r)).orElse(""));
  }
}

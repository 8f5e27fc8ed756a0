package io.github.conv4j.bench.report;

import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.whole.NetworkResult;
import io.github.conv4j.bench.whole.NetworkResults;
import io.github.conv4j.bench.whole.StartUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whole networks as one page that needs nothing else. */
public final class NetworkPage {
  private static final double WIDTH = 1180;
  private static final double ROW = 24;
  private static final double LEFT = 270;
  private static final double RIGHT = 1090;

  private final NetworkResults results;

  private NetworkPage(NetworkResults results) {
    this.results = results;
  }

  /** Writes JSON and page into a folder, and returns a phrase that names them. */
  public static String write(Path folder, NetworkResults results, @Nullable LoadResults load)
      throws IOException {
    Path json = folder.resolve("networks.json");
    Path page = folder.resolve("networks.html");
    Files.writeString(json, results.toJson());
    Files.writeString(page, of(results, load));
    return "wrote %s and %s".formatted(page, json);
  }

  /** Returns the page. */
  public static String of(NetworkResults results, @Nullable LoadResults load) {
    var page = new NetworkPage(results);
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("marks", Marks.definitions());
    parts.put("lead", page.lead());
    parts.put("base", Svg.escaped(results.base()));
    parts.put("legend", Marks.legend(results.names()));
    parts.put("ratios", page.ratios());
    parts.put("runs", page.runs());
    parts.put("left-out", page.leftOut());
    parts.put("start-up-note", page.startUpNote());
    parts.put("start-ups", page.startUps());
    parts.put(
        "load",
        LoadSection.of(
            load,
            "./conv4j load --network FILE --clients 1,2,4,8 --out DIR",
            "./conv4j bench --from networks.json --load load.json"));
    parts.put("machine", page.machine());
    parts.put("command", Svg.escaped(results.command()));
    return Template.fill("networks.html", parts);
  }

  private String lead() {
    return "%s; %d thread%s a run, f32, %.1f s for each contender and network; %s"
        .formatted(
            Svg.escaped(results.machine().getOrDefault("CPU", "a CPU unknown")),
            results.threads(),
            results.threads() == 1 ? "" : "s",
            results.millis() / 1e3,
            Svg.escaped(results.machine().getOrDefault("Date", "a day unknown")));
  }

  private record Row(String name, Map<Integer, Double> ratios) {}

  private String ratios() {
    List<Row> rows = new ArrayList<>();
    for (String network : results.networks()) {
      Map<Integer, Double> ratios = new LinkedHashMap<>();
      for (int i = 0; i < results.names().size(); i++) {
        int contender = i;
        results
            .ratio(network, results.names().get(i))
            .ifPresent(ratio -> ratios.put(contender, ratio));
      }
      rows.add(new Row(network, ratios));
    }
    Map<Integer, Double> means = new LinkedHashMap<>();
    for (int i = 0; i < results.names().size(); i++) {
      int contender = i;
      results
          .gain(results.names().get(i))
          .ifPresent(gain -> means.put(contender, gain.geometricMean()));
    }
    rows.add(new Row("geometric mean", means));
    if (rows.stream().allMatch(row -> row.ratios().isEmpty())) {
      return "<p>There is nobody to compare with.</p>";
    }
    double most = extreme(rows, 2);
    double least = Math.min(0.5, 1 / extreme(inverted(rows), 1));
    var axis = new LogAxis(least / 1.05, most * 1.1, LEFT, RIGHT);
    double bottom = rows.size() * ROW + 8;
    var svg = new Svg(WIDTH, bottom + 24, "Speed of whole networks over " + results.base());
    for (double tick : axis.ticks()) {
      svg.line(tick == 1 ? "strong" : "grid", axis.at(tick), 4, axis.at(tick), bottom);
      svg.text("tick", "middle", axis.at(tick), bottom + 16, Figures.shortest(tick) + "x");
    }
    double y = 4 + ROW / 2;
    for (Row row : rows) {
      svg.line("grid", LEFT, y, RIGHT, y);
      svg.text("label", "end", LEFT - 8, y + 4, row.name());
      for (var mark : row.ratios().entrySet().stream().toList().reversed()) {
        svg.mark(mark.getKey(), axis.at(mark.getValue()), y);
      }
      double middle = y;
      best(row)
          .ifPresent(
              ratio ->
                  svg.text(
                      ratio < 1 ? "label lost" : "label",
                      "start",
                      RIGHT + 10,
                      middle + 4,
                      String.format(Locale.ROOT, "%.2fx", ratio)));
      y += ROW;
    }
    return svg.end()
        + "<p class=\"note\">On the right: the best of those who are compared with it.</p>";
  }

  private static double extreme(List<Row> rows, double atLeast) {
    return rows.stream()
        .flatMap(row -> row.ratios().values().stream())
        .mapToDouble(Double::doubleValue)
        .reduce(atLeast, Math::max);
  }

  private static List<Row> inverted(List<Row> rows) {
    return rows.stream()
        .map(
            row ->
                new Row(
                    row.name(),
                    row.ratios().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, e -> 1 / e.getValue()))))
        .toList();
  }

  /** The best of those who are not compared with. */
  private OptionalDouble best(Row row) {
    int base = results.names().indexOf(results.base());
    return row.ratios().entrySet().stream()
        .filter(mark -> mark.getKey() != base)
        .mapToDouble(Map.Entry::getValue)
        .max();
  }

  private String runs() {
    var html =
        new StringBuilder(
            Html.head(
                "network",
                "contender",
                "median",
                "p90",
                "p99",
                "best",
                "runs",
                "bytes a run",
                "difference",
                "speed"));
    for (String network : results.networks()) {
      double best =
          results.names().stream()
              .flatMap(name -> results.timed(network, name).stream())
              .mapToDouble(NetworkResult::medianMillis)
              .min()
              .orElse(0);
      for (String name : results.names()) {
        results
            .timed(network, name)
            .ifPresent(result -> html.append(run(result, result.medianMillis() <= best)));
      }
    }
    return html.toString();
  }

  private String run(NetworkResult result, boolean isBest) {
    return "<tr>"
        + Html.cell("td", "word", result.network())
        + Html.cell("td", "word", result.contender())
        + number(isBest ? "number best" : "number", Figures.millis(result.medianMillis()))
        + number(Figures.millis(result.p90Millis()))
        + number(Figures.millis(result.p99Millis()))
        + number(Figures.millis(result.bestMillis()))
        + number(Integer.toString(result.runs()))
        + number(Figures.whole(result.allocatedBytes()))
        + number(Figures.error(result.difference()))
        + results
            .ratio(result.network(), result.contender())
            .map(ratio -> number(ratio < 1 ? "number lost" : "number", Figures.ratio(ratio) + "x"))
            .orElseGet(() -> number(""))
        + "</tr>\n";
  }

  private static String number(String text) {
    return number("number", text);
  }

  private static String number(String style, String text) {
    return Html.cell("td", style, text);
  }

  private String leftOut() {
    return results.results().stream()
        .filter(result -> !result.isTimed())
        .map(
            result ->
                "<li>%s without %s: %s</li>"
                    .formatted(
                        Svg.escaped(result.network()),
                        Svg.escaped(result.contender()),
                        Svg.escaped(result.lack())))
        .collect(Collectors.joining("\n", "<ul>", "</ul>"));
  }

  private String startUpNote() {
    return "Milliseconds. "
        + (results.startedAlone()
            ? "Each in a process of its own, which had run nothing before; memory is by how much"
                + " the resident memory of the process has grown after %d runs."
                    .formatted(StartUp.RUNS)
            : "In one process, where other networks and contenders came before.")
        + " Where reading is not told apart, preparing includes it; preparing includes the start of"
        + " the library.";
  }

  private String startUps() {
    var html =
        new StringBuilder(
            Html.head("network", "contender", "read", "prepare", "first run", "memory MiB"));
    for (NetworkResult result : results.results()) {
      if (result.isTimed()) {
        StartUp startUp = result.startUp();
        html.append("<tr>")
            .append(Html.cell("td", "word", result.network()))
            .append(Html.cell("td", "word", result.contender()))
            .append(number(Figures.millis(startUp.readMillis())))
            .append(number(Figures.millis(startUp.prepareMillis())))
            .append(number(Figures.millis(startUp.firstMillis())))
            .append(number(Figures.mebibytes(startUp.residentBytes())))
            .append("</tr>\n");
      }
    }
    return html.toString();
  }

  private String machine() {
    Map<String, String> facts = new LinkedHashMap<>(results.machine());
    results.contenders().forEach(c -> facts.putIfAbsent("Contender " + c.name(), c.version()));
    return Html.facts(facts);
  }
}

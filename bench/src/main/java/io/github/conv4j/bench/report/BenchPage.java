package io.github.conv4j.bench.report;

import io.github.conv4j.bench.limits.Bandwidth;
import io.github.conv4j.bench.limits.Ceiling;
import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.bench.network.Networks;
import io.github.conv4j.bench.results.Bar;
import io.github.conv4j.bench.results.Bars;
import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.CallCosts;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.LayerResult;
import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.results.Outcome;
import io.github.conv4j.bench.results.SpeedVerdict;
import io.github.conv4j.bench.results.Timing;
import io.github.conv4j.bench.results.Versus;
import io.github.conv4j.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A comparison as one page that needs nothing else, for screen and paper. */
public final class BenchPage {
  private static final int MOST_LOSSES = 40;

  private final BenchResults results;
  private final List<String> names;
  private final String first;
  private final BenchCharts charts;

  private BenchPage(BenchResults results) {
    this.results = results;
    this.names = results.names();
    this.first = names.getFirst();
    this.charts = new BenchCharts(results);
  }

  /** Returns the page. */
  public static String of(BenchResults results, @Nullable LoadResults load) {
    var page = new BenchPage(results);
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("marks", Marks.definitions());
    parts.put("lead", page.lead());
    parts.put("bars", page.bars(load));
    parts.put("machine", page.machine());
    parts.put("limits", page.limits());
    parts.put("legend", Marks.legend(results.names()));
    parts.put("speeds", page.charts.speeds());
    parts.put("networks", page.networks());
    parts.put("losses", page.losses());
    parts.put("roofline", page.charts.roofline() + page.withoutRoofline());
    parts.put("shares", page.shares());
    parts.put("costs", page.charts.costs());
    parts.put("calls", page.calls());
    parts.put("types", TypesTable.html(results.typesOrNone()));
    parts.put(
        "load",
        LoadSection.of(
            load, "./conv4j load --out DIR", "./conv4j bench --from bench.json --load load.json"));
    parts.put("figures", page.figures());
    parts.put("noise", Svg.escaped(SameCode.text(results)));
    parts.put("left-out", page.leftOut());
    parts.put("command", Svg.escaped(results.command()));
    return Template.fill("bench.html", parts);
  }

  private String lead() {
    return "%s of %s, %s, %s, f32, %s%s; measured in %.0f s on %s"
        .formatted(
            counted(results.layers().size(), "layer"),
            counted(results.networks().size(), "network"),
            counted(names.size(), "contender"),
            counted(results.threads(), "thread"),
            results.layout(),
            results.quick() ? ", a quick look" : "",
            results.seconds(),
            Svg.escaped(results.machine().getOrDefault("Date", "a day unknown")));
  }

  private static String counted(int count, String noun) {
    return "%d %s%s".formatted(count, noun, count == 1 ? "" : "s");
  }

  private String bars(@Nullable LoadResults load) {
    var html = new StringBuilder("<thead><tr>");
    for (String head : List.of("", "what", "wanted", "found")) {
      html.append(Html.cell("th", "word", head));
    }
    html.append("</tr></thead>\n");
    for (Bar bar : Bars.of(results, load)) {
      String state = bar.state().name().toLowerCase(Locale.ROOT);
      html.append("<tr>")
          .append(Html.cell("td", state, bar.state() == Bar.State.UNKNOWN ? "not judged" : state))
          .append(Html.cell("td", "wide", bar.subject()))
          .append(Html.cell("td", "word", bar.wanted()))
          .append(Html.cell("td", "wide", bar.found()))
          .append("</tr>\n");
    }
    return html.toString();
  }

  private String machine() {
    Map<String, String> facts = new LinkedHashMap<>(results.machine());
    results.contenders().forEach(c -> facts.putIfAbsent("Contender " + c.name(), c.version()));
    return Html.facts(facts);
  }

  private String limits() {
    var html = new StringBuilder("<p class=\"note\">");
    html.append(results.limits().measured() ? "Measured by " : "")
        .append(Svg.escaped(results.limits().source()))
        .append(".</p>\n");
    if (results.limits().ceilings().isEmpty()) {
      return html.toString();
    }
    html.append("<div class=\"scroll\"><table><thead><tr>")
        .append(Html.cell("th", "word", "threads"))
        .append(Html.cell("th", "number", "f32 GFLOP/s"))
        .append(Html.cell("th", "number", "bf16 GFLOP/s"))
        .append(Html.cell("th", "number", "int8 GOP/s"));
    List<Bandwidth> sizes = results.limits().ceilings().getFirst().bandwidths();
    sizes.forEach(b -> html.append(Html.cell("th", "number", size(b.bytes()))));
    html.append("</tr></thead>\n");
    for (Ceiling ceiling : results.limits().ceilings()) {
      html.append("<tr>")
          .append(Html.cell("td", "word", String.valueOf(ceiling.threads())))
          .append(Html.cell("td", "number", whole(ceiling.f32())))
          .append(Html.cell("td", "number", whole(ceiling.bf16())))
          .append(Html.cell("td", "number", whole(ceiling.int8())));
      for (Bandwidth b : ceiling.bandwidths()) {
        html.append(Html.cell("td", "number", "%.0f / %.0f".formatted(b.read(), b.triad())));
      }
      html.append("</tr>\n");
    }
    return html.append("</table></div>").toString();
  }

  /** Names those whose threads have other roofs than the drawing. */
  private String withoutRoofline() {
    List<String> without = names.stream().filter(name -> !results.hasUsualThreads(name)).toList();
    return without.isEmpty()
        ? ""
        : "<p class=\"note\">Without %s: these are the roofs of %d thread%s.</p>"
            .formatted(
                Svg.escaped(String.join(", ", without)),
                results.threads(),
                results.threads() == 1 ? "" : "s");
  }

  private static String size(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  private static String whole(double figure) {
    return figure > 0 ? "%.0f".formatted(figure) : "\u2013";
  }

  private String networks() {
    var html = new StringBuilder("<thead><tr>").append(Html.cell("th", "word", "network"));
    names.forEach(name -> html.append(Html.cell("th", "number", name)));
    html.append("</tr></thead>\n");
    for (String network : results.networks()) {
      if (network.equals(BenchResults.SMALL)) {
        continue;
      }
      List<LayerResult> layers = results.of(network);
      double best =
          names.stream()
              .flatMap(name -> NetworkTime.nanos(layers, name).stream())
              .mapToDouble(Double::doubleValue)
              .min()
              .orElse(0);
      html.append("<tr>")
          .append(
              Html.cell(
                  "td",
                  "word",
                  (network.isEmpty() ? "problems" : network)
                      + (NetworkTime.isWhole(layers) ? "" : ", these layers")));
      for (String name : names) {
        Optional<Double> nanos = NetworkTime.nanos(layers, name);
        html.append(
            Html.cell(
                "td",
                nanos.isPresent() && nanos.get() <= best ? "number best" : "number",
                nanos.map(BenchCharts::time).orElse("\u2013")));
      }
      html.append("</tr>\n");
    }
    return html.toString();
  }

  private record Loss(LayerResult layer, String ours, String other, Versus versus) {}

  /** Layers on which somebody beats the best of ours; without peers, the others of ours. */
  private String losses() {
    List<Loss> losses = new ArrayList<>();
    boolean peers = results.contenders().stream().anyMatch(c -> !c.ours());
    for (LayerResult layer : results.layers()) {
      String ours = bestOfOurs(layer).orElse(null);
      for (BenchResults.Participant other : results.contenders()) {
        if (peers && ours != null && !other.ours()) {
          add(losses, layer, ours, other.name());
        } else if (!peers && other.ours() && !other.name().equals(first)) {
          add(losses, layer, other.name(), first);
        }
      }
    }
    String against =
        peers
            ? "another library beats the best engine of conv4j"
            : "an engine of conv4j is slower than " + first;
    if (losses.isEmpty()) {
      return "<p>There is no layer on which %s.</p>".formatted(Svg.escaped(against));
    }
    losses.sort(Comparator.comparingDouble(loss -> loss.versus().speed()));
    var html =
        new StringBuilder(
            "<p class=\"note\">%d times, %s by more than the noise. %s</p><div class=\"scroll\"><table><thead><tr>"
                .formatted(
                    losses.size(),
                    Svg.escaped(against),
                    losses.size() > MOST_LOSSES
                        ? "The " + MOST_LOSSES + " largest differences:"
                        : ""));
    for (String head : List.of("layer", "", "ours", "other", "speed", "95 % interval", "problem")) {
      html.append(Html.cell("th", "word", head));
    }
    html.append("</tr></thead>\n");
    losses.stream()
        .limit(MOST_LOSSES)
        .forEach(
            loss ->
                html.append("<tr>")
                    .append(
                        Html.cell("td", "word", loss.layer().network() + " " + loss.layer().name()))
                    .append(Html.cell("td", "word", loss.layer().layer().label()))
                    .append(Html.cell("td", "word", loss.ours()))
                    .append(Html.cell("td", "word", loss.other()))
                    .append(
                        Html.cell("td", "number lost", "%.2fx".formatted(loss.versus().speed())))
                    .append(
                        Html.cell(
                            "td",
                            "number",
                            "%.2f to %.2f".formatted(loss.versus().low(), loss.versus().high())))
                    .append(Html.cell("td", "problem", loss.layer().problem()))
                    .append("</tr>\n"));
    return html.append("</table></div>").toString();
  }

  private static void add(List<Loss> losses, LayerResult layer, String ours, String other) {
    layer
        .versus(ours, other)
        .filter(versus -> versus.verdict() == SpeedVerdict.SLOWER)
        .ifPresent(versus -> losses.add(new Loss(layer, ours, other, versus)));
  }

  private Optional<String> bestOfOurs(LayerResult layer) {
    return results.contenders().stream()
        .filter(BenchResults.Participant::ours)
        .map(BenchResults.Participant::name)
        .filter(results::hasUsualThreads)
        .filter(name -> layer.medianNanos(name).isPresent())
        .min(Comparator.comparingDouble(name -> layer.medianNanos(name).orElse(0.0)));
  }

  private String shares() {
    var html = new StringBuilder();
    for (String network : results.networks()) {
      html.append("<div class=\"keep\"><h3>")
          .append(title(network))
          .append("</h3>")
          .append(charts.shares(network))
          .append("</div>\n");
    }
    return html.toString();
  }

  private static String title(String network) {
    String title = Networks.title(network);
    return Svg.escaped(title.isEmpty() ? network.isEmpty() ? "problems" : network : title);
  }

  private String calls() {
    CallCosts calls = results.calls();
    if (calls == null || calls.layers().isEmpty()) {
      String why = calls == null ? "not measured in this run" : calls.source();
      return "<p>Unknown: %s.</p>".formatted(Svg.escaped(why));
    }
    var html = new StringBuilder("<p class=\"note\">");
    html.append(Svg.escaped(calls.source())).append(".</p>\n");
    html.append("<div class=\"scroll\"><table><thead><tr>")
        .append(Html.cell("th", "word", "layer"));
    for (String head : List.of("C \u00b5s", "Java \u00b5s", "added ns", "ratio")) {
      html.append(Html.cell("th", "number", head));
    }
    html.append(Html.cell("th", "word", "problem")).append("</tr></thead>\n");
    for (CallCosts.Layer layer : calls.layers()) {
      String label = NetworkLayer.of(Problem.parse(layer.problem())).label();
      html.append("<tr>")
          .append(Html.cell("td", "word", label))
          .append(Html.cell("td", "number", micros(layer.fromC())))
          .append(Html.cell("td", "number", micros(layer.fromJava())))
          .append(Html.cell("td", "number", String.format(Locale.ROOT, "%+,.0f", layer.added())))
          .append(Html.cell("td", "number", String.format(Locale.ROOT, "%.3f", layer.ratio())))
          .append(Html.cell("td", "problem", layer.problem()))
          .append("</tr>\n");
    }
    return html.append("</table></div>").toString();
  }

  private String figures() {
    var html = new StringBuilder("<thead><tr>").append(Html.cell("th", "word", "layer"));
    html.append(Html.cell("th", "number", "MMAC"));
    for (String name : names) {
      html.append(Html.cell("th", "number", name + " \u00b5s"));
    }
    html.append("</tr></thead>\n");
    for (String network : results.networks()) {
      html.append("<tr><th class=\"word\" colspan=\"%d\">".formatted(names.size() + 2))
          .append(title(network))
          .append("</th></tr>\n");
      results.of(network).forEach(layer -> html.append(row(layer)));
    }
    return html.toString();
  }

  private String row(LayerResult layer) {
    var html = new StringBuilder("<tr><td class=\"word\">");
    html.append(Svg.escaped(layer.name().isEmpty() ? "" : layer.name() + ": "))
        .append(Svg.escaped(BenchCharts.label(layer)))
        .append("<br><span class=\"problem\">")
        .append(Svg.escaped((layer.transposed() ? "--transposed " : "") + layer.problem()))
        .append("</span></td>")
        .append(Html.cell("td", "number", "%.2f".formatted(layer.multiplications() / 1e6)));
    for (String name : names) {
      Entrant entrant = layer.entrant(name).orElse(null);
      Timing timing = entrant == null ? null : entrant.timing();
      if (timing == null) {
        html.append(Html.cell("td", "number", entrant == null ? "" : absence(entrant.outcome())));
        continue;
      }
      html.append(
          "<td class=\"number\">%s<br><span class=\"spread\">%s</span>"
              .formatted(
                  micros(timing.median()),
                  micros(timing.lower()) + "\u2013" + micros(timing.upper())));
      layer
          .versus(name, first)
          .ifPresent(
              versus ->
                  html.append(
                      "<br><span class=\"%s\">%s%.2fx</span>"
                          .formatted(
                              versus.verdict().name().toLowerCase(Locale.ROOT),
                              sign(versus.verdict()),
                              versus.speed())));
      html.append("</td>");
    }
    return html.append("</tr>\n").toString();
  }

  private static String sign(SpeedVerdict verdict) {
    return switch (verdict) {
      case FASTER -> "\u25b2 ";
      case SLOWER -> "\u25bc ";
      case TIE -> "tie ";
    };
  }

  private static String absence(Outcome outcome) {
    return switch (outcome) {
      case TIMED -> "";
      case LACKS -> "\u2013";
      case DISAGREES -> "wrong";
      case FAILED -> "failed";
    };
  }

  private static String micros(double nanos) {
    double micros = nanos / 1e3;
    String form = micros < 10 ? "%.2f" : micros < 1000 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, form, micros);
  }

  private String leftOut() {
    Map<String, List<String>> reasons = new LinkedHashMap<>();
    for (LayerResult layer : results.layers()) {
      for (Entrant entrant : layer.entrants()) {
        if (entrant.outcome() != Outcome.TIMED) {
          String key =
              "%s %s: %s"
                  .formatted(
                      entrant.contender(),
                      entrant.outcome().name().toLowerCase(Locale.ROOT),
                      entrant.reason());
          reasons.computeIfAbsent(key, _ -> new ArrayList<>()).add(layer.problem());
        }
      }
    }
    if (reasons.isEmpty()) {
      return "<p>Nobody: every contender computed every layer, and the same.</p>";
    }
    return reasons.entrySet().stream()
        .map(
            e ->
                "<li>%s <span class=\"problem\">(%d: %s)</span></li>"
                    .formatted(
                        Svg.escaped(e.getKey()),
                        e.getValue().size(),
                        Svg.escaped(String.join(", ", e.getValue().stream().limit(5).toList()))))
        .collect(Collectors.joining("\n", "<ul>", "</ul>"));
  }
}

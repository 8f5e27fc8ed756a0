package io.github.conv4j.bench.report;

import io.github.conv4j.bench.limits.Bandwidth;
import io.github.conv4j.bench.limits.Ceiling;
import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.Costs;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.LayerResult;
import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.results.Tally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The drawings of the page about a comparison. */
final class BenchCharts {
  private static final double WIDTH = 1180;
  private static final double ROW = 15;
  private static final double LEFT = 250;
  private static final double RIGHT = 1150;

  private final BenchResults results;
  private final List<String> names;

  BenchCharts(BenchResults results) {
    this.results = results;
    this.names = results.names();
  }

  /** Bars of the geometric mean for each engine of ours against each of the others. */
  String speeds() {
    record Row(String ours, String other, Tally tally) {}
    List<Row> rows = new ArrayList<>();
    for (BenchResults.Participant other : results.contenders()) {
      for (BenchResults.Participant ours : results.contenders()) {
        // Other libraries have the usual threads: more of them would be no comparison.
        boolean wanted =
            ours.ours()
                && (other.ours()
                    ? other.name().equals(names.getFirst())
                    : ours.threads() == other.threads());
        if (wanted && !ours.name().equals(other.name())) {
          Tally tally = results.tally(ours.name(), other.name(), BenchCharts::isOfNetwork);
          if (tally.layers() > 0) {
            rows.add(new Row(ours.name(), other.name(), tally));
          }
        }
      }
    }
    if (rows.isEmpty()) {
      return "<p>There is nobody to compare with.</p>";
    }
    double most = 1.2;
    double least = 0.8;
    for (Row row : rows) {
      most = Math.max(most, row.tally().geometricMean() * 1.1);
      least = Math.min(least, row.tally().geometricMean() / 1.1);
    }
    var axis = new LogAxis(least, most, LEFT, RIGHT - 190);
    double height = rows.size() * (ROW + 3) + 40;
    var svg = new Svg(WIDTH, height, "Geometric means of speeds");
    ticks(svg, axis, 8, height - 26, "x");
    svg.line("strong", axis.at(1), 8, axis.at(1), height - 26);
    double y = 12;
    for (Row row : rows) {
      double mean = row.tally().geometricMean();
      double from = Math.min(axis.at(1), axis.at(mean));
      svg.text("label", "end", LEFT - 8, y + 11, row.ours() + " over " + row.other());
      int colour = names.indexOf(row.ours()) % Marks.COLOURS;
      svg.rectangle("k" + colour, from, y, Math.abs(axis.at(mean) - axis.at(1)), ROW - 1);
      svg.text(
          mean >= 1 ? "label" : "label lost",
          "start",
          Math.max(axis.at(1), axis.at(mean)) + 6,
          y + 11,
          "%.2fx  %s".formatted(mean, row.tally().score()));
      y += ROW + 3;
    }
    return svg.end();
  }

  private static boolean isOfNetwork(LayerResult layer) {
    return !layer.network().equals(BenchResults.SMALL);
  }

  private static void ticks(Svg svg, LogAxis axis, double top, double bottom, String unit) {
    for (double tick : axis.ticks()) {
      svg.line("grid", axis.at(tick), top, axis.at(tick), bottom);
      svg.text("tick", "middle", axis.at(tick), bottom + 14, Figures.shortest(tick) + unit);
    }
  }

  /** Intensity against speed, under the roofs. */
  String roofline() {
    Ceiling ceiling = results.limits().of(results.threads()).orElse(null);
    if (ceiling == null) {
      return "<p>No limit is known.</p>";
    }
    double bottom = 470;
    double most = ceiling.f32() * 3;
    var x = new LogAxis(0.1, 1000, 70, RIGHT);
    var y = new LogAxis(most / 20_000, most, bottom, 14);
    var svg = new Svg(WIDTH, bottom + 46, "Speeds under the roofline");
    for (double tick : x.ticks()) {
      svg.line("grid", x.at(tick), 14, x.at(tick), bottom);
      svg.text("tick", "middle", x.at(tick), bottom + 15, Figures.shortest(tick));
    }
    for (double tick : y.ticks()) {
      svg.line("grid", 70, y.at(tick), RIGHT, y.at(tick));
      svg.text("tick", "end", 64, y.at(tick) + 4, Figures.shortest(tick));
    }
    svg.text(
        "tick",
        "middle",
        610,
        bottom + 36,
        "operations for each byte of source, weights and result");
    svg.text("tick", "start", 76, 26, "GFLOP/s");
    List<Bandwidth> bandwidths = ceiling.bandwidths();
    for (int i = 0; i < bandwidths.size(); i++) {
      Bandwidth b = bandwidths.get(i);
      boolean last = i == bandwidths.size() - 1;
      if (last || b.bytes() == 1 << 20 || b.bytes() == 16 << 10) {
        double speed = ceiling.bandwidth(b.bytes()).orElse(0);
        slope(svg, x, y, speed, ceiling.f32(), size(b.bytes()));
      }
    }
    svg.line("strong", 70, y.at(ceiling.f32()), RIGHT, y.at(ceiling.f32()));
    svg.text(
        "label",
        "start",
        76,
        y.at(ceiling.f32()) - 6,
        "%s %.0f GFLOP/s"
            .formatted(results.limits().measured() ? "FMA peak" : "fastest layer", ceiling.f32()));
    for (LayerResult layer : results.layers()) {
      double intensity = 2.0 * layer.multiplications() / layer.bytes();
      for (int i = names.size() - 1; i >= 0; i--) {
        int contender = i;
        Optional.of(names.get(i))
            .filter(results::hasUsualThreads)
            .flatMap(layer::gigaflops)
            .ifPresent(speed -> svg.mark(contender, x.at(intensity), y.at(speed)));
      }
    }
    return svg.end();
  }

  /** A roof of some bandwidth, up to the peak. */
  private static void slope(
      Svg svg, LogAxis x, LogAxis y, double bandwidth, double peak, String label) {
    if (bandwidth <= 0) {
      return;
    }
    double begin = Math.max(x.least(), y.least() / bandwidth);
    double end = Math.min(x.most(), peak / bandwidth);
    if (end > begin) {
      svg.line("roof", x.at(begin), y.at(begin * bandwidth), x.at(end), y.at(end * bandwidth));
      svg.text(
          "tick",
          "start",
          x.at(begin) + 4,
          y.at(begin * bandwidth) - 8,
          "%s: %.0f GB/s".formatted(label, bandwidth));
    }
  }

  private static String size(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  /** One row a layer of a network, one mark a contender. */
  String shares(String network) {
    List<LayerResult> layers = results.of(network);
    double height = layers.size() * ROW + 34;
    var svg = new Svg(WIDTH, height, "Share of the roofline, " + network);
    double end = 1.6;
    for (int percent = 0; percent <= 100 * end; percent += 20) {
      double x = LEFT + percent / 100.0 / end * (RIGHT - LEFT);
      svg.line(percent == 100 ? "strong" : "grid", x, 4, x, height - 24);
      svg.text("tick", "middle", x, height - 9, percent + " %");
    }
    double y = 4 + ROW / 2;
    for (LayerResult layer : layers) {
      svg.line("grid", LEFT, y, RIGHT, y);
      svg.text("label", "end", LEFT - 8, y + 4, label(layer));
      for (int i = names.size() - 1; i >= 0; i--) {
        int contender = i;
        double row = y;
        results
            .share(layer, names.get(i))
            .ifPresent(
                share ->
                    svg.mark(contender, LEFT + Math.min(share / end, 1) * (RIGHT - LEFT), row));
      }
      y += ROW;
    }
    return svg.end();
  }

  static String label(LayerResult layer) {
    String count = layer.count() > 1 ? " (" + layer.count() + " times)" : "";
    return layer.layer().label() + count;
  }

  /** What a layer costs before it is fast: quartiles over the layers. */
  String costs() {
    record Row(String name, int contender, double[] sorted) {}
    Map<String, ToDoubleFunction<Costs>> kinds =
        Map.of(
            "a first prepare",
            Costs::firstPrepare,
            "b prepare again",
            Costs::seenPrepare,
            "c first call",
            Costs::firstCall);
    List<Row> rows = new ArrayList<>();
    for (String kind : kinds.keySet().stream().sorted().toList()) {
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        double[] sorted =
            results.layers().stream()
                .flatMap(layer -> layer.entrant(name).stream())
                .map(Entrant::costs)
                .mapToDouble(
                    costs ->
                        costs == null ? 0 : kinds.getOrDefault(kind, _ -> 0).applyAsDouble(costs))
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        if (sorted.length > 0) {
          rows.add(new Row(kind.substring(2) + ", " + name, i, sorted));
        }
      }
    }
    if (rows.isEmpty()) {
      return "<p>Nobody was prepared.</p>";
    }
    double least = rows.stream().mapToDouble(r -> r.sorted()[0]).min().orElse(1);
    double most =
        rows.stream().mapToDouble(r -> r.sorted()[r.sorted().length - 1]).max().orElse(10);
    var axis = new LogAxis(least / 1.2 / 1e3, most * 1.2 / 1e3, LEFT, RIGHT - 90);
    double height = rows.size() * (ROW + 1) + 40;
    var svg = new Svg(WIDTH, height, "Cost of prepare");
    ticks(svg, axis, 4, height - 30, " \u00b5s");
    double y = 6;
    for (Row row : rows) {
      double[] v = Arrays.stream(row.sorted()).map(nanos -> nanos / 1e3).toArray();
      double middle = y + ROW / 2;
      svg.text("label", "end", LEFT - 8, middle + 4, row.name());
      svg.line("whisker", axis.at(v[0]), middle, axis.at(v[v.length - 1]), middle);
      double lower = axis.at(v[v.length / 4]);
      svg.rectangle(
          "k" + row.contender() % Marks.COLOURS,
          lower,
          y + 3,
          Math.max(2, axis.at(v[v.length * 3 / 4]) - lower),
          ROW - 6);
      svg.mark(row.contender(), axis.at(v[v.length / 2]), middle);
      svg.text(
          "label", "start", axis.at(v[v.length - 1]) + 6, middle + 4, time(v[v.length / 2] * 1e3));
      y += ROW + 1;
    }
    return svg.end();
  }

  /** Percentiles against time, a line a run. */
  static String load(List<LoadResults.Run> runs) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    List<String> percentiles = new ArrayList<>();
    for (LoadResults.Run run : runs) {
      for (var entry : run.percentiles().entrySet()) {
        least = Math.min(least, entry.getValue());
        most = Math.max(most, entry.getValue());
        if (!percentiles.contains(entry.getKey())) {
          percentiles.add(entry.getKey());
        }
      }
    }
    if (percentiles.size() < 2 || least <= 0) {
      return "";
    }
    percentiles.sort((a, b) -> Double.compare(Double.parseDouble(a), Double.parseDouble(b)));
    double bottom = 360;
    var y = new LogAxis(least / 1.2 / 1e3, most * 1.2 / 1e3, bottom, 10);
    var svg = new Svg(WIDTH, bottom + 30, "Latency under load");
    double step = (RIGHT - 120) / (percentiles.size() - 1);
    for (double tick : y.ticks()) {
      svg.line("grid", 100, y.at(tick), RIGHT, y.at(tick));
      svg.text("tick", "end", 94, y.at(tick) + 4, Figures.shortest(tick) + " \u00b5s");
    }
    for (int i = 0; i < percentiles.size(); i++) {
      String name = percentiles.get(i).equals("100") ? "max" : "p" + percentiles.get(i);
      svg.text("tick", "middle", 110 + i * step, bottom + 18, name);
    }
    for (int r = 0; r < runs.size(); r++) {
      Map<String, Double> values = runs.get(r).percentiles();
      var path = new StringBuilder();
      for (int i = 0; i < percentiles.size(); i++) {
        Double nanos = values.get(percentiles.get(i));
        if (nanos != null) {
          path.append(path.isEmpty() ? 'M' : 'L')
              .append(String.format(Locale.ROOT, "%.1f %.1f", 110 + i * step, y.at(nanos / 1e3)));
        }
      }
      svg.path("curve s" + r % Marks.COLOURS, path.toString());
      for (int i = 0; i < percentiles.size(); i++) {
        Double nanos = values.get(percentiles.get(i));
        if (nanos != null) {
          svg.mark(r, 110 + i * step, y.at(nanos / 1e3));
        }
      }
    }
    return svg.end();
  }

  /** Returns for example {@code 1.23 ms}. */
  static String time(double nanos) {
    String[] units = {"ns", "\u00b5s", "ms", "s"};
    double scaled = nanos;
    int unit = 0;
    while (scaled >= 1000 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    String form = scaled < 10 ? "%.2f %s" : scaled < 100 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, form, scaled, units[unit]);
  }
}

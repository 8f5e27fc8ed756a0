package io.github.conv4j.bench.report;

import io.github.conv4j.bench.contender.EngineName;
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
import io.github.conv4j.bench.results.Tally;
import io.github.conv4j.bench.results.Timing;
import io.github.conv4j.bench.results.Versus;
import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A comparison as text for a terminal of 120 columns. */
public final class BenchText {
  private static final int COLUMNS = 120;
  private static final int LABEL = 26;

  /** Label, time, spread and share of the first contender, with gaps. */
  private static final int FIRST_COLUMNS = LABEL + 11 + 6 + 6;

  private static final int GAP = 2;
  private static final int SHORTEST_NAME = 6;

  private final BenchResults results;
  private final @Nullable LoadResults load;
  private final String first;
  private final List<String> others;
  private final List<String> lines = new ArrayList<>();

  private BenchText(BenchResults results, @Nullable LoadResults load) {
    this.results = results;
    this.load = load;
    this.first = results.names().getFirst();
    this.others = results.names().subList(1, results.names().size());
  }

  /** Returns the lines. */
  public static List<String> lines(BenchResults results, @Nullable LoadResults load) {
    return new BenchText(results, load).all();
  }

  private List<String> all() {
    results.networks().forEach(this::network);
    legend();
    limits();
    calls();
    types();
    summary();
    String noise = SameCode.text(results);
    if (!noise.isEmpty()) {
      lines.add(noise);
      lines.add("");
    }
    exclusions();
    bars();
    return lines;
  }

  private void network(String network) {
    List<LayerResult> layers = results.of(network);
    String title = Networks.title(network);
    lines.add(network.isEmpty() ? "problems" : title.isEmpty() ? network : network + ": " + title);
    TextTable table = new TextTable(header());
    layers.forEach(layer -> table.add(row(layer)));
    if (layers.size() > 1 && !network.equals(BenchResults.SMALL)) {
      table.add(total(layers));
    }
    lines.addAll(table.lines());
    lines.add("");
  }

  private String[] header() {
    List<String> cells = new ArrayList<>(List.of("layer", first + " \u00b5s", "+-", "roof"));
    int room = others.isEmpty() ? COLUMNS : (COLUMNS - FIRST_COLUMNS) / others.size() - GAP;
    for (String other : others) {
      String name = shortName(other);
      cells.add(name.substring(0, Math.min(name.length(), Math.max(SHORTEST_NAME, room))));
    }
    return cells.toArray(String[]::new);
  }

  private static String shortName(String contender) {
    return contender.replace(EngineName.RELAXED, "+");
  }

  private String[] row(LayerResult result) {
    List<String> cells = new ArrayList<>();
    String count = result.count() > 1 ? " *" + result.count() : "";
    String label = result.layer().label();
    int room = LABEL - count.length();
    cells.add((label.length() > room ? label.substring(0, room - 2) + ".." : label) + count);
    Optional<Timing> timing = result.entrant(first).flatMap(e -> Optional.ofNullable(e.timing()));
    cells.add(timing.map(t -> micros(t.median())).orElse(mark(result, first)));
    cells.add(timing.map(t -> percent((t.upper() - t.lower()) / 2 / t.median())).orElse(""));
    cells.add(results.share(result, first).map(BenchText::percent).orElse(""));
    for (String other : others) {
      cells.add(result.versus(other, first).map(BenchText::speed).orElse(mark(result, other)));
    }
    return cells.toArray(String[]::new);
  }

  private static String mark(LayerResult result, String contender) {
    return result
        .entrant(contender)
        .map(
            e ->
                switch (e.outcome()) {
                  case TIMED -> "";
                  case LACKS -> "-";
                  case DISAGREES -> "wrong";
                  case FAILED -> "failed";
                })
        .orElse("");
  }

  private String[] total(List<LayerResult> layers) {
    List<String> cells = new ArrayList<>();
    cells.add(NetworkTime.isWhole(layers) ? "whole network" : "these layers");
    Optional<Double> mine = NetworkTime.nanos(layers, first);
    cells.add(mine.map(BenchText::micros).orElse("-"));
    cells.add("");
    cells.add(NetworkTime.share(results, layers, first).map(BenchText::percent).orElse(""));
    for (String other : others) {
      Optional<Double> theirs = NetworkTime.nanos(layers, other);
      cells.add(mine.isPresent() && theirs.isPresent() ? times(mine.get() / theirs.get()) : "-");
    }
    return cells.toArray(String[]::new);
  }

  private void legend() {
    lines.add(
        "%s: median of a call, half of what lies between the quartiles, share of the roofline."
            .formatted(first));
    if (!others.isEmpty()) {
      lines.add(
          "others: speed, %s = 1; + relaxed accuracy; ~ tie, the noise hides who is faster; -"
                  .formatted(first)
              + " cannot do it.");
    }
  }

  private void limits() {
    List<Integer> threads =
        results.contenders().stream()
            .map(BenchResults.Participant::threads)
            .sorted()
            .distinct()
            .toList();
    threads.stream()
        .flatMap(count -> results.limits().of(count).stream())
        .forEach(
            c ->
                lines.add(
                    "limits, %d thread%s: %.0f GFLOP/s f32%s%s%s"
                        .formatted(
                            c.threads(),
                            c.threads() == 1 ? "" : "s",
                            c.f32(),
                            c.bf16() > 0 ? ", %.0f bf16".formatted(c.bf16()) : "",
                            c.int8() > 0 ? ", %.0f GOP/s int8".formatted(c.int8()) : "",
                            c.bandwidths().isEmpty()
                                ? ""
                                : ", memory %.0f GB/s read, %.0f GB/s triad"
                                    .formatted(
                                        c.bandwidths().getLast().read(),
                                        c.bandwidths().getLast().triad()))));
    if (!results.limits().measured()) {
      lines.add("limits: " + results.limits().source());
    }
    lines.add("");
  }

  private void calls() {
    CallCosts calls = results.calls();
    if (calls == null || calls.layers().isEmpty()) {
      return;
    }
    TextTable table =
        new TextTable(
            "a call of onednn beside C", "C \u00b5s", "Java \u00b5s", "added ns", "ratio");
    for (CallCosts.Layer layer : calls.layers()) {
      table.add(
          NetworkLayer.of(Problem.parse(layer.problem())).label(),
          micros(layer.fromC()),
          micros(layer.fromJava()),
          String.format(Locale.ROOT, "%+.0f", layer.added()),
          String.format(Locale.ROOT, "%.3f", layer.ratio()));
    }
    lines.addAll(table.lines());
    lines.add("");
  }

  private void types() {
    if (!results.typesOrNone().isEmpty()) {
      lines.addAll(TypesTable.lines(results.typesOrNone()));
      lines.add("");
    }
  }

  private void summary() {
    if (others.isEmpty()) {
      return;
    }
    TextTable table =
        new TextTable(
            "geometric means, speed over " + first,
            "networks",
            "layers won",
            "lost",
            "tied",
            "small problems");
    for (String other : others) {
      Tally networks =
          results.tally(other, first, layer -> !layer.network().equals(BenchResults.SMALL));
      Tally small =
          results.tally(other, first, layer -> layer.network().equals(BenchResults.SMALL));
      table.add(
          other,
          networks.layers() == 0 ? "-" : times(networks.geometricMean()),
          String.valueOf(networks.wins()),
          String.valueOf(networks.losses()),
          String.valueOf(networks.ties()),
          small.layers() == 0 ? "-" : times(small.geometricMean()));
    }
    lines.addAll(table.lines());
    lines.add("");
  }

  private void exclusions() {
    for (LayerResult layer : results.layers()) {
      for (Entrant entrant : layer.entrants()) {
        if (entrant.outcome() == Outcome.DISAGREES || entrant.outcome() == Outcome.FAILED) {
          lines.add(
              "left out: %s on %s: %s"
                  .formatted(entrant.contender(), layer.problem(), entrant.reason()));
        }
      }
    }
  }

  private void bars() {
    for (Bar bar : Bars.of(results, load)) {
      String state =
          switch (bar.state()) {
            case REACHED -> "reached ";
            case MISSED -> "MISSED  ";
            case UNKNOWN -> "unknown ";
          };
      lines.add(state + bar.subject() + ": " + bar.wanted());
      lines.add("          " + bar.found());
    }
  }

  private static String speed(Versus versus) {
    return (versus.verdict() == SpeedVerdict.TIE ? "~" : "") + times(versus.speed());
  }

  private static String times(double speed) {
    return String.format(
        Locale.ROOT, speed < 0.095 ? "%.3f" : speed < 9.95 ? "%.2f" : "%.0f", speed);
  }

  private static String micros(double nanos) {
    double micros = nanos / 1e3;
    String form = micros < 10 ? "%.2f" : micros < 1000 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, form, micros);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * share);
  }
}

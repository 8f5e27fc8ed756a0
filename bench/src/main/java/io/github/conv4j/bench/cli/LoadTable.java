package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.load.LaneName;
import io.github.conv4j.bench.load.LaneResult;
import io.github.conv4j.bench.results.Fairness;
import io.github.conv4j.bench.text.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What lanes did under load, as text.
 *
 * @param threads of an engine
 * @param rate of an open loop; 0 for a closed one
 * @param measuresFairness whether there are clients apart to compare with
 * @param networks whether they ran networks
 */
record LoadTable(int threads, double rate, boolean measuresFairness, boolean networks) {
  private static final double[] PERCENTAGES = {50, 90, 99, 99.9, 100};

  /** Returns a table, and a last line that sums up the first lane. */
  List<String> lines(List<LaneResult> results) {
    List<String> header =
        new ArrayList<>(
            List.of("contender", "clients", "calls/s", "p50", "p90", "p99", "p99.9", "max"));
    header.add("errors");
    if (rate == 0) {
      header.add("heap B/call");
    }
    if (rate > 0) {
      header.add("unserved");
    }
    if (measuresFairness) {
      header.addAll(List.of("throughput", "p99/fair share", "p99.9/own share", ""));
    }
    var table = new TextTable(header.toArray(String[]::new));
    LaneResult apart = null;
    for (LaneResult result : results) {
      apart = result.name().apart() ? result : apart;
      table.add(row(result, apart));
    }
    List<String> lines = new ArrayList<>(table.lines());
    if (measuresFairness) {
      lines.add(
          "throughput: over that of %d clients with an engine of one thread each, bar %.2f; fair"
                  .formatted(threads, Fairness.LEAST_THROUGHPUT_RATIO)
              + " share: clients over that throughput, bar %.1f".formatted(mostTailRatio())
              + "; own share: clients over their own throughput");
    }
    for (LaneResult result : results) {
      if (!result.error().isEmpty()) {
        lines.add("%s: first error: %s".formatted(result.name().contender(), result.error()));
      }
    }
    lines.add(lastLine(results));
    return lines;
  }

  private double mostTailRatio() {
    return networks ? Fairness.MOST_TAIL_RATIO_OF_NETWORKS : Fairness.MOST_TAIL_RATIO;
  }

  private String[] row(LaneResult result, @Nullable LaneResult apart) {
    List<String> cells = new ArrayList<>();
    LaneName name = result.name();
    cells.add(name.apart() ? name.contender() + " apart" : name.contender());
    cells.add(String.valueOf(name.clients()));
    cells.add(String.format(Locale.ROOT, "%.1f", result.throughput()));
    for (double percentage : PERCENTAGES) {
      cells.add(duration(result.percentile(percentage)));
    }
    cells.add(String.valueOf(result.errors()));
    if (rate == 0) {
      OptionalDouble bytes = result.heapBytesOfCall();
      cells.add(bytes.isEmpty() ? "" : String.format(Locale.ROOT, "%.0f", bytes.getAsDouble()));
    }
    if (rate > 0) {
      cells.add(String.valueOf(result.unserved()));
    }
    if (measuresFairness) {
      boolean comparable = apart != null && apart.name().contender().equals(name.contender());
      cells.addAll(
          comparable ? fairness(Objects.requireNonNull(apart), result) : List.of("", "", "", ""));
    }
    return cells.toArray(String[]::new);
  }

  /**
   * Fewer clients than threads cannot fill the machine: nothing to reach there. Nor have clients
   * apart: their tail is what the machine does to calls that meet nobody.
   */
  private List<String> fairness(LaneResult apart, LaneResult together) {
    LaneName name = together.name();
    Fairness fairness =
        Fairness.of(
            apart.throughput(),
            name.clients(),
            together.throughput(),
            (double) together.percentile(99));
    boolean isReached = (networks ? fairness.ofNetwork() : fairness).isReached();
    String verdict = isReached ? "reached" : "not reached";
    return List.of(
        String.format(Locale.ROOT, "%.2f", fairness.throughputRatio()),
        String.format(Locale.ROOT, "%.2f", fairness.tailRatio()),
        String.format(Locale.ROOT, "%.2f", together.overOwnShare(99.9)),
        name.apart() || name.clients() < threads ? "" : verdict);
  }

  private static String lastLine(List<LaneResult> results) {
    LaneResult first =
        results.stream().filter(result -> !result.name().apart()).findFirst().orElseThrow();
    long errors = results.stream().mapToLong(LaneResult::errors).sum();
    return String.format(
        Locale.ROOT,
        "%s, %d clients: %.1f calls/s, p50 %s, p90 %s, p99 %s, p99.9 %s, max %s, errors %d%s",
        first.name().contender(),
        first.name().clients(),
        first.throughput(),
        duration(first.percentile(50)),
        duration(first.percentile(90)),
        duration(first.percentile(99)),
        duration(first.percentile(99.9)),
        duration(first.percentile(100)),
        first.errors(),
        results.size() > 1 ? " (" + errors + " of all)" : "");
  }

  private static String duration(long nanos) {
    return nanos < 10_000_000
        ? String.format(Locale.ROOT, "%.1f \u00b5s", nanos / 1e3)
        : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}

package io.github.conv4j.bench.report;

import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.bench.whole.NetworkResult;
import io.github.conv4j.bench.whole.NetworkResults;
import io.github.conv4j.bench.whole.StartUp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whole networks as lines of text. */
public final class NetworkText {
  private NetworkText() {}

  /** Returns everything. */
  public static List<String> lines(NetworkResults results) {
    List<String> lines = new ArrayList<>();
    lines.add(title(results));
    results.networks().forEach(network -> lines.addAll(network(results, network)));
    lines.addAll(summary(results));
    return lines;
  }

  /** Returns a line about where and how it was measured. */
  public static String title(NetworkResults results) {
    return "whole networks on %s, %s processors, %s, %d thread%s a run, milliseconds"
        .formatted(
            results.machine().get("CPU"),
            results.machine().get("Processors"),
            results.machine().get("JDK"),
            results.threads(),
            results.threads() == 1 ? "" : "s");
  }

  /** Returns a table of the runs of a network. */
  public static List<String> network(NetworkResults results, String network) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(runs(results, network).lines());
    lines.addAll(lacks(results, network));
    return lines;
  }

  /** Returns a table of starts, and the geometric means. */
  public static List<String> summary(NetworkResults results) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(startUps(results).lines());
    lines.add(
        results.startedAlone()
            ? "each start in a process of its own; memory: how much the resident memory has grown"
                + " after %d runs".formatted(StartUp.RUNS)
            : "all in one process, where other networks and contenders came before");
    List<String> gains = gains(results);
    if (!gains.isEmpty()) {
      lines.add("");
    }
    lines.addAll(gains);
    return lines;
  }

  private static TextTable runs(NetworkResults results, String network) {
    var table =
        new TextTable(
            network, "median", "p90", "p99", "best", "runs", "bytes/run", "difference", "ratio");
    for (String contender : results.names()) {
      results
          .timed(network, contender)
          .ifPresent(
              result ->
                  table.add(
                      "  " + contender,
                      Figures.millis(result.medianMillis()),
                      Figures.millis(result.p90Millis()),
                      Figures.millis(result.p99Millis()),
                      Figures.millis(result.bestMillis()),
                      Integer.toString(result.runs()),
                      Figures.whole(result.allocatedBytes()),
                      Figures.error(result.difference()),
                      results.ratio(network, contender).map(Figures::ratio).orElse("")));
    }
    return table;
  }

  private static List<String> lacks(NetworkResults results, String network) {
    return results.results().stream()
        .filter(result -> result.network().equals(network) && !result.isTimed())
        .map(result -> "  without %s: %s".formatted(result.contender(), result.lack()))
        .toList();
  }

  private static TextTable startUps(NetworkResults results) {
    var table = new TextTable("start", "read", "prepare", "first run", "memory MiB");
    for (NetworkResult result : results.results()) {
      if (result.isTimed()) {
        StartUp startUp = result.startUp();
        table.add(
            result.network() + ", " + result.contender(),
            Figures.millis(startUp.readMillis()),
            Figures.millis(startUp.prepareMillis()),
            Figures.millis(startUp.firstMillis()),
            Figures.mebibytes(startUp.residentBytes()));
      }
    }
    return table;
  }

  private static List<String> gains(NetworkResults results) {
    List<String> lines = new ArrayList<>();
    for (String contender : results.names()) {
      if (!contender.equals(results.base())) {
        results
            .gain(contender)
            .ifPresent(
                gain ->
                    lines.add(
                        String.format(
                            Locale.ROOT,
                            "%s: %.2f times %s, geometric mean of %d network%s, least %.2f",
                            contender,
                            gain.geometricMean(),
                            results.base(),
                            gain.networks(),
                            gain.networks() == 1 ? "" : "s",
                            gain.least())));
      }
    }
    return lines;
  }
}

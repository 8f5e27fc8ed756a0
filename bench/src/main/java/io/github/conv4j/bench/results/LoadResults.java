package io.github.conv4j.bench.results;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What contenders did under load, as {@code conv4j load} writes it.
 *
 * @param schema what the fields mean: {@link #SCHEMA}
 * @param networks whether the problems are whole networks
 * @param runs one a contender, problem and kind of load
 */
public record LoadResults(String schema, boolean networks, List<Run> runs) {
  /** The version of this form. */
  public static final String SCHEMA = "conv4j-load/1";

  /** Copies the list. */
  public LoadResults {
    runs = List.copyOf(runs);
  }

  /**
   * One run.
   *
   * @param contender its name
   * @param problem its line
   * @param mode {@code closed}: each client waits for its call; {@code open}: calls come at a rate
   * @param clients how many threads call
   * @param apart whether each client has an engine of one thread of its own, to compare with
   * @param rate of an open loop in calls a second; 0 for a closed one
   * @param throughput in calls a second
   * @param errors how many calls failed
   * @param percentiles from {@code 50}, {@code 99.9} and so on to nanoseconds, in order
   */
  public record Run(
      String contender,
      String problem,
      String mode,
      int clients,
      boolean apart,
      double rate,
      double throughput,
      long errors,
      Map<String, Double> percentiles) {
    /** Orders the percentiles. */
    public Run {
      var ordered =
          new TreeMap<String, Double>(
              (a, b) -> Double.compare(Double.parseDouble(a), Double.parseDouble(b)));
      ordered.putAll(percentiles);
      percentiles = ordered;
    }
  }

  /**
   * Compares clients who share an engine with clients who have one each; empty where there are no
   * such clients, or the run is no closed loop of sharing clients.
   */
  public Optional<Fairness> fairness(Run run) {
    Double p99 = run.percentiles().get("99");
    if (p99 == null || run.apart() || run.rate() != 0) {
      return Optional.empty();
    }
    return runs.stream()
        .filter(other -> other.apart() && other.throughput() > 0)
        .filter(other -> other.contender().equals(run.contender()))
        .filter(other -> other.problem().equals(run.problem()))
        .findFirst()
        .map(apart -> Fairness.of(apart.throughput(), run.clients(), run.throughput(), p99))
        .map(fairness -> networks ? fairness.ofNetwork() : fairness);
  }

  /** Reads a file. */
  public static LoadResults read(Path file) throws IOException {
    try {
      LoadResults results = new Gson().fromJson(Files.readString(file), LoadResults.class);
      if (results == null || !SCHEMA.equals(results.schema())) {
        throw new IOException("these are no results of the form " + SCHEMA);
      }
      return results;
    } catch (RuntimeException e) { // of Gson, or of a record that lacks a part
      throw new IOException("these are no results of conv4j load: " + e.getMessage(), e);
    }
  }
}

package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the fastest right way to run one problem.
 *
 * <p><b>Memory.</b> One src and one dst for all, freed before this returns. <b>Threads.</b> Used by
 * one; many may be at work at the same time and take {@link MeasuringTurns}.
 */
final class Tuner {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private final PrepareRequest request;
  private final EngineOptions options;
  private final Duration budget;
  private final Stopwatch stopwatch;
  private final MeasuringTurns turns;
  private final List<String> warnings = new ArrayList<>();

  /** Creates a tuner; the request's layouts are plain or strided. */
  Tuner(
      PrepareRequest request,
      EngineOptions options,
      Duration budget,
      Stopwatch stopwatch,
      MeasuringTurns turns) {
    this.request = request;
    this.options = options;
    this.budget = budget;
    this.stopwatch = stopwatch;
    this.turns = turns;
  }

  /**
   * What was found.
   *
   * @param prepared the winner, open; the caller owns it
   * @param findings about all candidates: the winner, then those with a time, the fastest first
   * @param warnings about those that failed or computed something else
   */
  record Outcome(PreparedConvolution prepared, List<Finding> findings, List<String> warnings) {
    /** The times of those that can be trusted, the winner's first. */
    Choice choice() {
      return new Choice(findings.stream().filter(Finding::isTimed).map(Outcome::timing).toList());
    }

    private static Choice.Timing timing(Finding finding) {
      return new Choice.Timing(
          finding.way().engine().name(), finding.way().implementation(), finding.nanos());
    }
  }

  /**
   * Measures.
   *
   * @param ways at least one
   * @throws InterruptedException if the thread is interrupted between two measurements
   * @throws RuntimeException of the first way if none can be prepared and executed
   */
  Outcome run(List<Way> ways) throws InterruptedException {
    Map<Way, String> excluded = new HashMap<>();
    while (true) {
      // Java code that reads confined memory here would change how kernels are compiled (ADR 59).
      try (Arena arena = Arena.ofShared();
          var attempt = new TuningAttempt(this, ways, excluded, arena)) {
        if (attempt.run()) {
          return attempt.outcome();
        }
      }
    }
  }

  PrepareRequest request() {
    return request;
  }

  EngineOptions options() {
    return options;
  }

  long budgetNanos() {
    return budget.toNanos();
  }

  Stopwatch stopwatch() {
    return stopwatch;
  }

  MeasuringTurns turns() {
    return turns;
  }

  List<String> warnings() {
    return warnings;
  }

  void warn(String sentence) {
    warnings.add(sentence);
    LOG.log(Level.WARNING, "engine auto: {0}: {1}", sentence, request.problemText());
  }
}

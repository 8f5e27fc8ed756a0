package io.github.conv4j.bench.cli;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Checks problems in every layout; several threads may ask at once. */
final class Verifier implements AutoCloseable {
  /** What the tensors hold and how results are compared. */
  enum Values {
    INTEGERS("", "integers compared for equality"),
    FLOATS("--floats ", "random floats within their error bound"),
    RELAXED("--relaxed ", "random floats within what relaxed accuracy promises");

    private final String option;
    private final String title;

    Values(String option, String title) {
      this.option = option;
      this.title = title;
    }

    String title() {
      return title;
    }

    private Verdict check(
        EngineValidator validator, Problem problem, LayoutChoice layout, long seed) {
      return switch (this) {
        case INTEGERS -> validator.exact(problem, layout, seed);
        case FLOATS -> validator.bounded(problem, layout, seed);
        case RELAXED -> validator.relaxed(problem, layout, seed);
      };
    }
  }

  private final Engine engine;
  private final List<LayoutChoice> layouts;
  private final long seed;
  private final Values values;
  private final BlockingQueue<EngineValidator> validators;
  private final ConcurrentMap<String, Long> runs = new ConcurrentHashMap<>();

  Verifier(Engine engine, List<LayoutChoice> layouts, long seed, Values values, int threads) {
    this.engine = engine;
    this.layouts = List.copyOf(layouts);
    this.seed = seed;
    this.values = values;
    this.validators = new ArrayBlockingQueue<>(threads);
    for (int i = 0; i < threads; i++) {
      validators.add(new EngineValidator(engine));
    }
  }

  /** Returns one line a layout that failed: what was found, and the command that runs it again. */
  List<String> failures(Problem problem) {
    EngineValidator validator = take();
    try {
      List<String> failures = new ArrayList<>();
      for (LayoutChoice layout : layouts) {
        checkInto(failures, validator, problem, layout);
      }
      return failures;
    } finally {
      validators.add(validator);
    }
  }

  /** Returns what ran and how often, the most frequent first. */
  SequencedMap<String, Long> implementations() {
    SequencedMap<String, Long> sorted = new LinkedHashMap<>();
    runs.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  private void checkInto(
      List<String> failures, EngineValidator validator, Problem problem, LayoutChoice layout) {
    try {
      Verdict verdict = values.check(validator, problem, layout, seed);
      runs.merge(verdict.implementation(), 1L, Long::sum);
      if (!verdict.passed()) {
        failures.add("FAILED " + verdict);
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      String reason = e.getClass().getSimpleName() + ": " + e.getMessage();
      failures.add(
          "FAILED " + reason.replaceAll("\\s*\\R\\s*", " ") + ": " + repro(problem, layout));
    }
  }

  /** The same command as {@link Verdict#reproLine}, for where there is no verdict. */
  private String repro(Problem problem, LayoutChoice layout) {
    return "./conv4j verify --engine %s --layout %s --seed %d %s%s"
        .formatted(
            engine.name(), layout.name().toLowerCase(Locale.ROOT), seed, values.option, problem);
  }

  private EngineValidator take() {
    try {
      return validators.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a validator", e);
    }
  }

  @Override
  public void close() {
    validators.forEach(EngineValidator::close);
  }
}

package io.github.conv4j.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How engine {@code auto} finds the fastest way to run a problem. No other engine reads it.
 * Immutable.
 *
 * <p>A file of choices lets a server start without measuring: run the program once, keep the file.
 * Several processes may share it; what was measured on another processor, with other versions or
 * another number of threads stays in the file and is not used.
 *
 * @param budget how long to measure each problem; every candidate runs once or twice whatever the
 *     budget, a race that is still open gets up to three budgets more, and a Java candidate that is
 *     not compiled yet up to twelve. Zero measures nothing: what the file knows is taken, else the
 *     best engine's own choice
 * @param choices a file that choices are read from and added to; empty to keep them in this process
 */
public record Tuning(Duration budget, Optional<Path> choices) {
  /** The system property that sets the budget of {@link #defaults}, in milliseconds. */
  public static final String BUDGET_PROPERTY = "conv4j.tuning.millis";

  /** The system property that names the file of choices of {@link #defaults}. */
  public static final String CHOICES_PROPERTY = "conv4j.tuning.choices";

  private static final long DEFAULT_MILLIS = 200;
  private static final Duration LONGEST = Duration.ofHours(1);

  /** Checks the range. */
  public Tuning {
    Objects.requireNonNull(budget, "budget");
    Objects.requireNonNull(choices, "choices");
    if (budget.isNegative() || budget.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "budget must be from 0 to %s but is %s".formatted(LONGEST, budget));
    }
  }

  /** Returns a budget of 200 ms and no file, unless the two properties say otherwise. */
  public static Tuning defaults() {
    String file = System.getProperty(CHOICES_PROPERTY, "");
    return new Tuning(
        Duration.ofMillis(
            Math.clamp(Long.getLong(BUDGET_PROPERTY, DEFAULT_MILLIS), 0, LONGEST.toMillis())),
        file.isBlank() ? Optional.empty() : Optional.of(Path.of(file.strip())));
  }

  /** Returns the same tuning with another budget. */
  public Tuning withBudget(Duration other) {
    return new Tuning(other, choices);
  }

  /** Returns the same tuning with a file of choices. */
  public Tuning withChoices(Path file) {
    return new Tuning(budget, Optional.of(file));
  }
}

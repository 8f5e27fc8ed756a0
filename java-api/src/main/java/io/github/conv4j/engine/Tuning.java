package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Properties;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How engine {@code auto} finds the fastest way to run a problem: {@code
 * options.with(Tuning.defaults().withBudget(...))}. No other engine reads it. Immutable.
 *
 * <p>A file of choices lets a server start without measuring: run the program once, keep the file.
 * Several processes may share it; what was measured on another processor, with other versions or
 * another number of threads stays in the file and is not used. It holds up to 10,000 choices and 8
 * MiB, the oldest go; it keeps its permissions, a symbolic link is followed, and a failure to write
 * it is one warning, after which it is left alone for a minute or longer.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A value out of its
 * range is refused with {@link IllegalArgumentException}, a system property too, by {@link
 * #defaults}.
 */
public final class Tuning implements EngineOption {
  /** The system property that sets the budget of {@link #defaults}, in milliseconds. */
  public static final String BUDGET_PROPERTY = "conv4j.tuning.millis";

  /** The system property that names the file of choices of {@link #defaults}. */
  public static final String CHOICES_PROPERTY = "conv4j.tuning.choices";

  private static final long DEFAULT_MILLIS = 200;
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Duration budget;
  private final @Nullable Path choices;

  private Tuning(Duration budget, @Nullable Path choices) {
    this.budget = budget;
    this.choices = choices;
  }

  /**
   * Returns a budget of 200 ms and no file, unless the two properties say otherwise.
   *
   * @throws IllegalArgumentException if a property is wrong; names it, its value and what is
   *     expected
   */
  public static Tuning defaults() {
    long millis = Properties.number(BUDGET_PROPERTY, DEFAULT_MILLIS, 0, LONGEST.toMillis());
    String file = System.getProperty(CHOICES_PROPERTY, "").strip();
    try {
      return new Tuning(Duration.ofMillis(millis), file.isEmpty() ? null : Path.of(file));
    } catch (InvalidPathException e) {
      throw Properties.wrong(CHOICES_PROPERTY, file, "the path of a file", e);
    }
  }

  /**
   * Returns how long to measure each problem at most, as a rule: a race ends after a tenth of it
   * where the winner is sure, one that is still open gets up to three budgets, and Java code that
   * is not compiled yet up to twelve more. What cannot win by its name or by a part of the problem
   * never runs; the rest run once or twice whatever the budget. Zero measures nothing: what the
   * file knows is taken, else the best engine's own choice.
   */
  public Duration budget() {
    return budget;
  }

  /** Returns the file that choices are read from and added to; empty to keep them in memory. */
  public Optional<Path> choices() {
    return Optional.ofNullable(choices);
  }

  /** Returns the same tuning with another budget, from zero to one hour. */
  public Tuning withBudget(Duration other) {
    Objects.requireNonNull(other, "budget");
    if (other.isNegative() || other.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "budget must be from 0 to %s but is %s".formatted(LONGEST, other));
    }
    return new Tuning(other, choices);
  }

  /** Returns the same tuning with a file of choices. */
  public Tuning withChoices(Path file) {
    return new Tuning(budget, Objects.requireNonNull(file, "choices"));
  }

  /** Returns the same tuning without a file of choices. */
  public Tuning withoutChoices() {
    return new Tuning(budget, null);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tuning that
        && budget.equals(that.budget)
        && Objects.equals(choices, that.choices);
  }

  @Override
  public int hashCode() {
    return Objects.hash(budget, choices);
  }

  /** Returns for example {@code tuning of 200 ms, choices in build/choices.txt}. */
  @Override
  public String toString() {
    String text = "tuning of %d ms".formatted(budget.toMillis());
    return choices == null ? text : text + ", choices in " + choices;
  }
}

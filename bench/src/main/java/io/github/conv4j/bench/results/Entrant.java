package io.github.conv4j.bench.results;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A contender on one layer.
 *
 * @param contender its name
 * @param outcome what became of it
 * @param reason why it was not timed; else empty
 * @param implementation what ran, as far as it says so
 * @param error relative L2 norm of the difference from the judge's result; -1 if there is none
 * @param costs absent where it never got ready
 * @param timing absent unless it was timed
 * @param against those timed before it in the list of contenders
 */
public record Entrant(
    String contender,
    Outcome outcome,
    String reason,
    String implementation,
    double error,
    @Nullable Costs costs,
    @Nullable Timing timing,
    List<Versus> against) {
  /** Copies the list. */
  public Entrant {
    against = List.copyOf(against);
  }

  /** Returns the median time of a call in nanoseconds, if it was timed. */
  public Optional<Double> medianNanos() {
    return timing == null ? Optional.empty() : Optional.of(timing.median());
  }
}

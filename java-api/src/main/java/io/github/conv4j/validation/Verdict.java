package io.github.conv4j.validation;

import io.github.conv4j.problem.Problem;
import java.util.Locale;

/**
 * What one validation run found.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 *
 * @param problem what was computed
 * @param engine the engine's name
 * @param layout the layout of src and dst
 * @param seed of the values
 * @param implementation the engine's own name for what ran
 * @param differenceCount outputs outside the tolerance
 * @param largestError the largest absolute difference
 * @param largestShareOfBound the largest difference as a share of what was permitted; infinite
 *     where nothing was permitted and something differed
 * @param nonZeroShare outputs that products have moved away from the bias, as a share of those that
 *     meet the source
 * @param firstDifference where the first difference is and what it is; empty if there is none
 * @param options what {@code ./conv4j verify} is told besides, {@code --floats} or {@code
 *     --relaxed}; empty for integers that are compared for equality, at strict accuracy
 */
public record Verdict(
    Problem problem,
    String engine,
    LayoutChoice layout,
    long seed,
    String implementation,
    long differenceCount,
    double largestError,
    double largestShareOfBound,
    double nonZeroShare,
    String firstDifference,
    String options) {
  private static final double LEAST_NON_ZERO_SHARE = 0.3;

  /** Tells whether nothing differed and the result was worth comparing. */
  public boolean passed() {
    return differenceCount == 0 && !mistrusted();
  }

  /** Tells whether the result is mostly zero, so that agreement would mean little. */
  public boolean mistrusted() {
    return nonZeroShare < LEAST_NON_ZERO_SHARE;
  }

  /** Returns the command that runs this again. */
  public String reproLine() {
    return "./conv4j verify --engine %s --layout %s --seed %d %s%s"
        .formatted(
            engine,
            layout.name().toLowerCase(Locale.ROOT),
            seed,
            options.isEmpty() ? "" : options + " ",
            problem);
  }

  /** Returns the finding and the command that runs it again. */
  @Override
  public String toString() {
    String finding =
        passed()
            ? "passed"
            : differenceCount > 0
                ? "%d differ, %s".formatted(differenceCount, firstDifference)
                : "mistrusted, %.0f %% of the outputs moved".formatted(100 * nonZeroShare);
    return "%s [%s]: %s".formatted(finding, implementation, reproLine());
  }
}

package io.github.conv4j.networks.report;

import java.util.Objects;

/**
 * How a tensor that an engine computed compares with the reference.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * NullPointerException} where something is null.
 *
 * @param value its name in the graph
 * @param step what computed it
 * @param elementCount how many elements it has
 * @param wrongCount how many are further from the reference than permitted
 * @param worst the largest error as a share of what is permitted there; beyond 1 it is wrong
 * @param largestError the largest difference
 * @param difference where they differ most, and the numbers there; empty where they do not differ
 */
public record TensorVerdict(
    String value,
    NetworkStep step,
    long elementCount,
    long wrongCount,
    double worst,
    double largestError,
    String difference) {
  /** Checks that nothing is null. */
  public TensorVerdict {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(difference, "difference");
  }

  /** Whether every element is within its bound. */
  public boolean passed() {
    return wrongCount == 0;
  }
}

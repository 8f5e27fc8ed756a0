package io.github.conv4j.networks;

import io.github.conv4j.networks.report.NetworkStep;
import java.util.List;

/**
 * Where the time of a run goes.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * IllegalArgumentException} where the lists differ in length.
 *
 * @param steps what runs, in order
 * @param nanos of each step, the median of all rounds
 */
public record NetworkProfile(List<NetworkStep> steps, List<Long> nanos) {
  /** Copies the lists. */
  public NetworkProfile {
    steps = List.copyOf(steps);
    nanos = List.copyOf(nanos);
    if (steps.size() != nanos.size()) {
      throw new IllegalArgumentException(
          "there are %d steps but %d times".formatted(steps.size(), nanos.size()));
    }
  }

  /** Returns the time of all steps together. */
  public long totalNanos() {
    return nanos.stream().mapToLong(Long::longValue).sum();
  }

  /** Returns which share of that a step takes, from 0 to 1. */
  public double share(int step) {
    return nanos.get(step) / (double) Math.max(1, totalNanos());
  }
}

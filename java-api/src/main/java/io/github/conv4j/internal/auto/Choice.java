package io.github.conv4j.internal.auto;

import java.util.List;

/**
 * What was measured for one problem.
 *
 * @param timings at least one; the first is the chosen one
 */
record Choice(List<Timing> timings) {
  Choice {
    timings = List.copyOf(timings);
    if (timings.isEmpty()) {
      throw new IllegalArgumentException("a choice needs a chosen one");
    }
  }

  /** What a call took. */
  record Timing(String engine, String implementation, long medianNanos) {}

  Timing chosen() {
    return timings.getFirst();
  }
}

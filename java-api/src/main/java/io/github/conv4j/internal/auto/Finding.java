package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.Explanation.Candidate;

/**
 * What became of one candidate.
 *
 * @param nanos what a call took, 0 where that is not known
 * @param note how the time was found or why there is none
 */
record Finding(Way way, long nanos, String note) {
  static Finding measured(TimedCandidate candidate) {
    return new Finding(
        candidate.way(), Math.max(1, Math.round(candidate.medianNanos())), "measured");
  }

  static Finding leftOut(Way way, String why) {
    return new Finding(way, 0, why);
  }

  Candidate asCandidate() {
    return Candidate.of(way.engine().name(), way.implementation())
        .withMedianNanos(nanos)
        .withNote(note);
  }

  boolean isTimed() {
    return nanos > 0;
  }
}

package io.github.conv4j.bench.results;

/**
 * Something that is wanted, and what was found.
 *
 * @param subject what is measured
 * @param wanted the least that is wanted
 * @param found with figures
 * @param state whether it is reached
 */
public record Bar(String subject, String wanted, String found, State state) {
  /** Whether a bar is reached. */
  public enum State {
    /** It is. */
    REACHED,
    /** It is not. */
    MISSED,
    /** This run does not tell. */
    UNKNOWN
  }

  /** Returns a bar that this run tells about. */
  static Bar judged(String subject, String wanted, String found, boolean reached) {
    return new Bar(subject, wanted, found, reached ? State.REACHED : State.MISSED);
  }

  /** Returns a bar that this run does not tell about. */
  static Bar unknown(String subject, String wanted, String why) {
    return new Bar(subject, wanted, why, State.UNKNOWN);
  }
}

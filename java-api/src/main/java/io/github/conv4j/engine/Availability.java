package io.github.conv4j.engine;

import java.util.Objects;

/**
 * Whether an engine can start on this machine.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Is a value in place of
 * one.
 */
public sealed interface Availability {
  /**
   * The engine can start.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param version of what computes, for example {@code oneDNN 3.13.0}
   * @param detail where it comes from or what it uses, for people
   */
  record Available(String version, String detail) implements Availability {
    /** Checks that both are given. */
    public Available {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(detail, "detail");
    }
  }

  /**
   * The engine cannot start.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}. To open the engine throws {@link
   * io.github.conv4j.EngineUnavailableException} with this reason and remedy.
   *
   * @param reason what is wrong
   * @param remedy what to do about it
   */
  record Unavailable(String reason, String remedy) implements Availability {
    /** Checks that both are given. */
    public Unavailable {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(remedy, "remedy");
    }
  }
}

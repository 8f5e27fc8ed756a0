package io.github.conv4j.engine;

import java.util.Objects;

/**
 * Whether an engine can run a valid description.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Is a value in place of
 * one.
 */
public sealed interface Support {
  /** The engine can run it. */
  record Supported() implements Support {}

  /**
   * The engine cannot run it.
   *
   * @param reason what it lacks
   */
  record Unsupported(String reason) implements Support {
    /** Checks that a reason is given. */
    public Unsupported {
      Objects.requireNonNull(reason, "reason");
    }
  }
}

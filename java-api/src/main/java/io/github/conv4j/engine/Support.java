package io.github.conv4j.engine;

import java.util.Objects;

/** Whether an engine can run a valid description. */
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

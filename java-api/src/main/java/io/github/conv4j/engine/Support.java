package io.github.conv4j.engine;

import java.util.Objects;

/**
 * Whether an engine can run a valid description.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Is a value in place of
 * one.
 */
public sealed interface Support {
  /**
   * The engine can run it.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param note what a user may want to know about it, often empty: what the CPU gains by an {@link
   *     io.github.conv4j.FpmathMode}
   */
  record Supported(String note) implements Support {
    /** Checks that a note is given, if an empty one. */
    public Supported {
      Objects.requireNonNull(note, "note");
    }

    /** Without a note. */
    public Supported() {
      this("");
    }
  }

  /**
   * The engine cannot run it.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}. To prepare it throws {@link
   * io.github.conv4j.UnsupportedConvolutionException} with this reason.
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

package io.github.conv4j.networks.internal.definition;

/**
 * A shape or a value follows from an input whose values are not known yet.
 *
 * <p><b>Memory.</b> Keeps nothing of the graph. <b>Threads.</b> Immutable but for what {@link
 * Throwable} lets change. <b>Errors.</b> Is one.
 */
public final class UnknownValueException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnknownValueException(String message) {
    // Inference asks for values often and in vain: a stack trace would be most of its cost.
    super(message, null, false, false);
  }
}

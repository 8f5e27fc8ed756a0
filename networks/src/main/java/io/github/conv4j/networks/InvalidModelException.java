package io.github.conv4j.networks;

/**
 * A file or graph that is not a good model: the message is one sentence that says what is wrong,
 * where, and what was expected.
 *
 * <p><b>Memory.</b> Keeps nothing of the file. <b>Threads.</b> Immutable but for what {@link
 * Throwable} lets change. <b>Errors.</b> Is one.
 */
public final class InvalidModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public InvalidModelException(String message) {
    super(message);
  }

  /** Creates the exception with what it follows from. */
  public InvalidModelException(String message, Throwable cause) {
    super(message, cause);
  }
}

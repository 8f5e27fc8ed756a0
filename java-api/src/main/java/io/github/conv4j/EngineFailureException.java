package io.github.conv4j;

import org.jspecify.annotations.Nullable;

/**
 * An engine failed although the call was valid, for example because native memory ran out.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; whatever was being computed into is undefined, and the next call may succeed.
 */
public final class EngineFailureException extends Conv4jException {
  private static final long serialVersionUID = 1;

  /** What the engine's library answered. */
  private final String status;

  /** Creates the exception from who failed, at what, and the engine's own status. */
  public EngineFailureException(String engine, String problem, String operation, String status) {
    this(engine, problem, operation, status, null);
  }

  /** Creates the exception with what it follows from. */
  public EngineFailureException(
      String engine, String problem, String operation, String status, @Nullable Throwable cause) {
    super(
        "engine %s: %s failed with status %s for %s".formatted(engine, operation, status, problem),
        engine,
        problem,
        "%s failed with status %s".formatted(operation, status),
        null,
        cause);
    this.status = status;
  }

  /** Returns the engine's own name for the failure, for example {@code out_of_memory}. */
  public String status() {
    return status;
  }
}

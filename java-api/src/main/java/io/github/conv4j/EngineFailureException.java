package io.github.conv4j;

/** An engine failed although the call was valid, for example because native memory ran out. */
public final class EngineFailureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String status;

  /** Creates the exception from the engine's status, the operation and the problem. */
  public EngineFailureException(String status, String operation, String problem) {
    super("%s failed with status %s for %s".formatted(operation, status, problem));
    this.status = status;
  }

  /** Returns the engine's own name for the failure, for example {@code out_of_memory}. */
  public String status() {
    return status;
  }
}

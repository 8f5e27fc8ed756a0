package io.github.conv4j.onednn;

import io.github.conv4j.EngineFailureException;

/**
 * A oneDNN call returned another status than success; becomes an {@link EngineFailureException}.
 */
final class DnnlStatusException extends RuntimeException {
  private static final long serialVersionUID = 1;

  static final String UNIMPLEMENTED = "unimplemented";
  static final String OUT_OF_MEMORY = "out_of_memory";
  static final String RUNTIME_ERROR = "runtime_error";

  private final String statusName;
  private final String operation;

  DnnlStatusException(String statusName, String operation) {
    super(operation + " returned " + statusName);
    this.statusName = statusName;
    this.operation = operation;
  }

  boolean isUnimplemented() {
    return statusName.equals(UNIMPLEMENTED);
  }

  /**
   * Tells whether the thread may be what failed. The code generator of oneDNN 3.13 (Xbyak) keeps
   * its first error, one for each thread, by which every later kernel of that thread fails.
   */
  boolean mayBeOfTheThread() {
    return statusName.equals(OUT_OF_MEMORY) || statusName.equals(RUNTIME_ERROR);
  }

  EngineFailureException forProblem(String problem) {
    return new EngineFailureException(OnednnEngine.NAME, problem, operation, statusName, this);
  }
}

package io.github.conv4j.onednn;

import io.github.conv4j.EngineFailureException;

/**
 * A oneDNN call returned another status than success; becomes an {@link EngineFailureException}.
 */
final class DnnlStatusException extends RuntimeException {
  private static final long serialVersionUID = 1;

  static final String UNIMPLEMENTED = "unimplemented";

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

  EngineFailureException forProblem(String problem) {
    return new EngineFailureException(OnednnEngine.NAME, problem, operation, statusName, this);
  }
}

package io.github.conv4j.onednn;

import io.github.conv4j.EngineFailureException;

/**
 * A oneDNN call returned another status than success; becomes an {@link EngineFailureException}.
 */
final class DnnlStatusException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String statusName;
  private final String operation;

  DnnlStatusException(int status, String statusName, String operation) {
    super(operation + " returned " + statusName);
    this.status = status;
    this.statusName = statusName;
    this.operation = operation;
  }

  int status() {
    return status;
  }

  EngineFailureException forProblem(String problem) {
    var failure = new EngineFailureException(statusName, operation, problem);
    failure.initCause(this);
    return failure;
  }
}

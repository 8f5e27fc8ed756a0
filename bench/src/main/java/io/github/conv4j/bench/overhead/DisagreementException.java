package io.github.conv4j.bench.overhead;

/** C and Java do not compute the same, so their times cannot be compared. */
final class DisagreementException extends Exception {
  private static final long serialVersionUID = 1;

  DisagreementException(String message) {
    super(message);
  }
}

package io.github.conv4j.onednn;

import java.io.Serial;

/** One library that was tried cannot be used; the message says why. Never leaves the search. */
final class UnusableLibraryException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  UnusableLibraryException(String message) {
    super(message);
  }
}

package io.github.conv4j.internal.parallel;

/** How a call that found no free permit got on. */
public enum Admission {
  /** The calling thread has a permit and makes the call itself. */
  PERMIT,
  /** A thread of the pool has made the call. */
  DONE,
  /** Refused: as many callers as the queue takes were waiting already. */
  QUEUE_FULL,
  /** Refused: the caller did not want to wait longer. */
  DEADLINE_PASSED,
  /** Refused: the calling thread was interrupted, and still is. */
  INTERRUPTED
}

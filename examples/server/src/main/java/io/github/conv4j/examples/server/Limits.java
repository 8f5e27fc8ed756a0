package io.github.conv4j.examples.server;

import java.time.Duration;

/**
 * What requests may take.
 *
 * @param bodyBytes of one request's body
 * @param pixels of one picture
 * @param workBytes of one run: what lies between inputs and outputs, and the outputs
 * @param heldBytes of all bodies, pictures and tensors that are held at once
 * @param runningCount how many requests compute at once
 * @param queueLimit how many more may wait
 * @param longestWait in the queue, where a request names no deadline
 */
record Limits(
    long bodyBytes,
    long pixels,
    long workBytes,
    long heldBytes,
    int runningCount,
    int queueLimit,
    Duration longestWait) {
  Limits {
    if (bodyBytes < 1 || bodyBytes > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException("a body must have from 1 byte to 2 GB");
    }
    if (heldBytes < bodyBytes) {
      throw new IllegalArgumentException(
          "%,d bytes for all requests do not hold one body of %,d: give the JVM a larger heap (-Xmx)"
                  .formatted(heldBytes, bodyBytes)
              + ", or lower the limit of a body");
    }
    if (longestWait.isNegative() || longestWait.toMillis() > Deadline.MOST_MILLIS) {
      throw new IllegalArgumentException(
          "a request may wait from 0 to %d ms, not %d"
              .formatted(Deadline.MOST_MILLIS, longestWait.toMillis()));
    }
    if (pixels < 1 || workBytes < 1 || runningCount < 1 || queueLimit < 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }

  static Limits defaults(int runningCount) {
    return new Limits(
        16L << 20,
        16L << 20,
        512L << 20,
        Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4),
        runningCount,
        Math.ceilDiv(runningCount, 2),
        Duration.ofSeconds(10));
  }

  Limits withQueueLimit(int count) {
    return new Limits(bodyBytes, pixels, workBytes, heldBytes, runningCount, count, longestWait);
  }

  Limits withRunningCount(int count) {
    return new Limits(bodyBytes, pixels, workBytes, heldBytes, count, queueLimit, longestWait);
  }

  Limits withBodyBytes(long bytes) {
    return new Limits(bytes, pixels, workBytes, heldBytes, runningCount, queueLimit, longestWait);
  }

  Limits withPixels(long count) {
    return new Limits(
        bodyBytes, count, workBytes, heldBytes, runningCount, queueLimit, longestWait);
  }

  Limits withWorkBytes(long bytes) {
    return new Limits(bodyBytes, pixels, bytes, heldBytes, runningCount, queueLimit, longestWait);
  }

  Limits withHeldBytes(long bytes) {
    return new Limits(bodyBytes, pixels, workBytes, bytes, runningCount, queueLimit, longestWait);
  }

  Limits withLongestWait(Duration wait) {
    return new Limits(bodyBytes, pixels, workBytes, heldBytes, runningCount, queueLimit, wait);
  }
}

package io.github.conv4j.examples.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Until when a request may begin to compute. */
final class Deadline {
  static final String HEADER = "X-Deadline-Ms";

  /** The JDK's HTTP server closes connections that wait longer than twice of it. */
  static final long MOST_MILLIS = 60_000;

  private final long end;
  private final Duration wait;

  private Deadline(Duration wait) {
    this.wait = wait;
    this.end = System.nanoTime() + wait.toNanos();
  }

  /**
   * Counts from now.
   *
   * @param header what the request says; null if nothing
   * @throws HttpException if that is no number of milliseconds
   */
  static Deadline of(@Nullable String header, Duration longestWait) {
    if (header == null) {
      return new Deadline(longestWait);
    }
    if (!header.strip().matches("[0-9]{1,9}") || Long.parseLong(header.strip()) > MOST_MILLIS) {
      throw HttpException.badRequest(
          "%s must be a number of milliseconds from 0 to %d".formatted(HEADER, MOST_MILLIS));
    }
    return new Deadline(Duration.ofMillis(Long.parseLong(header.strip())));
  }

  long nanosLeft() {
    return end - System.nanoTime();
  }

  Duration left() {
    return Duration.ofNanos(nanosLeft());
  }

  HttpException passed() {
    return new HttpException(
        HttpException.TOO_LATE,
        "no thread was free within %d ms, so nothing was computed: try again later, or give more time in %s"
            .formatted(wait.toMillis(), HEADER));
  }
}

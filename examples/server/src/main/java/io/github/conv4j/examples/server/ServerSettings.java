package io.github.conv4j.examples.server;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server is started.
 *
 * @param host the address to listen at
 * @param port 0 for one that is free
 * @param manifest the file of shapes that were seen; null if none is kept
 * @param warmUp how long shapes are prepared before the server is ready; what has begun is finished
 * @param grace how long a server that goes down waits for requests that are running
 */
record ServerSettings(
    String host,
    int port,
    Limits limits,
    @Nullable Path manifest,
    Duration warmUp,
    Duration grace) {
  ServerSettings {
    if (warmUp.isNegative() || grace.isNegative()) {
      throw new IllegalArgumentException(
          "neither the warm-up, %s, nor the grace, %s, can be negative".formatted(warmUp, grace));
    }
  }
}

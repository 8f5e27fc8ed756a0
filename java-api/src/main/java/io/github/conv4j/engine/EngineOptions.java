package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Checks;

/**
 * Choices for a whole engine. Immutable.
 *
 * @param threads how many calls of one prepared convolution run at once; further callers wait in
 *     fair order
 */
public record EngineOptions(int threads) {
  private static final int MAX_THREADS = 4096;

  /** Checks the range. */
  public EngineOptions {
    Checks.positive(threads, "threads");
    if (threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be at most %d but is %d".formatted(MAX_THREADS, threads));
    }
  }

  /** Returns one thread for each processor that the process, or its container, may use. */
  public static EngineOptions defaults() {
    return new EngineOptions(Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()));
  }
}

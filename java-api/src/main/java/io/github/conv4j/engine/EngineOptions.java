package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Checks;
import java.util.Objects;

/**
 * Choices for a whole engine. Immutable.
 *
 * @param threads how many threads of all calls together compute at once, callers and those of
 *     conv4j's pool, which has at most 256; further callers wait in fair order
 * @param accuracy which algorithms may be chosen
 * @param tuning how engine {@code auto} finds the fastest way; no other engine reads it
 */
public record EngineOptions(int threads, Accuracy accuracy, Tuning tuning) {
  private static final int MAX_THREADS = 4096;

  /** Checks the range. */
  public EngineOptions {
    Checks.positive(threads, "threads");
    if (threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be at most %d but is %d".formatted(MAX_THREADS, threads));
    }
    Objects.requireNonNull(accuracy, "accuracy");
    Objects.requireNonNull(tuning, "tuning");
  }

  /** Chooses threads and accuracy, and {@link Tuning#defaults}. */
  public EngineOptions(int threads, Accuracy accuracy) {
    this(threads, accuracy, Tuning.defaults());
  }

  /** Chooses the threads, {@link Accuracy#STRICT} and {@link Tuning#defaults}. */
  public EngineOptions(int threads) {
    this(threads, Accuracy.STRICT);
  }

  /**
   * Returns one thread for each processor that the process, or its container, may use, {@link
   * Accuracy#STRICT} and {@link Tuning#defaults}.
   */
  public static EngineOptions defaults() {
    return new EngineOptions(Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()));
  }

  /** Returns the same options with another number of threads. */
  public EngineOptions withThreads(int count) {
    return new EngineOptions(count, accuracy, tuning);
  }

  /** Returns the same options with another accuracy. */
  public EngineOptions withAccuracy(Accuracy choice) {
    return new EngineOptions(threads, choice, tuning);
  }

  /** Returns the same options with another tuning. */
  public EngineOptions withTuning(Tuning choice) {
    return new EngineOptions(threads, accuracy, choice);
  }
}

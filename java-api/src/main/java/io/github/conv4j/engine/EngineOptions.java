package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Checks;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Choices for a whole engine. Immutable.
 *
 * <pre>{@code
 * EngineOptions.defaults().withThreads(4).with(Tuning.defaults().withBudget(Duration.ZERO))
 * }</pre>
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A value out of its
 * range is refused with {@link IllegalArgumentException} where it is given.
 */
public final class EngineOptions {
  private static final int MAX_THREADS = 4096;

  /** No program has so many threads that do nothing but wait; virtual ones may be more. */
  private static final int DEFAULT_QUEUE_LIMIT = 1 << 16;

  private final int threads;
  private final int queueLimit;
  private final Accuracy accuracy;
  private final boolean ready;
  private final Map<Class<? extends EngineOption>, EngineOption> ofEngines;

  private EngineOptions(
      int threads,
      int queueLimit,
      Accuracy accuracy,
      boolean ready,
      Map<Class<? extends EngineOption>, EngineOption> ofEngines) {
    this.threads = threads;
    this.queueLimit = queueLimit;
    this.accuracy = accuracy;
    this.ready = ready;
    this.ofEngines = ofEngines;
  }

  /**
   * Returns one thread for each processor that the process, or its container, may use, {@link
   * Accuracy#STRICT}, a queue of at most 65 536 callers, and nothing for single engines. Reads no
   * system property.
   */
  public static EngineOptions defaults() {
    return new EngineOptions(
        Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()),
        DEFAULT_QUEUE_LIMIT,
        Accuracy.STRICT,
        false,
        Map.of());
  }

  /**
   * Returns how many threads of all calls together compute at once, callers and those of conv4j's
   * pool, which has at most 256; further callers wait in fair order.
   */
  public int threads() {
    return threads;
  }

  /**
   * Returns how many callers may wait for a thread at once; the next one is refused with {@link
   * io.github.conv4j.QueueFullException}.
   */
  public int queueLimit() {
    return queueLimit;
  }

  /** Returns which algorithms may be chosen. */
  public Accuracy accuracy() {
    return accuracy;
  }

  /**
   * Returns whether what {@link Engine#prepare} returns is as fast in its first call as it will be:
   * the code that it runs is compiled, its memory touched. Engine {@code vector} needs up to some
   * seconds for the first problems of a process; see {@link Engine#makeReady} for many at a time.
   */
  public boolean ready() {
    return ready;
  }

  /** Returns the option of a type, for the engine that knows the type; empty if none was given. */
  public <T extends EngineOption> Optional<T> find(Class<T> type) {
    Objects.requireNonNull(type, "type");
    return Optional.ofNullable(ofEngines.get(type)).map(type::cast);
  }

  /** Returns the same options with another number of threads, from 1 to 4096. */
  public EngineOptions withThreads(int count) {
    Checks.positive(count, "threads");
    if (count > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be at most %d but is %d".formatted(MAX_THREADS, count));
    }
    return new EngineOptions(count, queueLimit, accuracy, ready, ofEngines);
  }

  /** Returns the same options with another limit of the queue; 0 if no caller may wait. */
  public EngineOptions withQueueLimit(int callers) {
    Checks.notNegative(callers, "queueLimit");
    return new EngineOptions(threads, callers, accuracy, ready, ofEngines);
  }

  /** Returns the same options with another accuracy. */
  public EngineOptions withAccuracy(Accuracy choice) {
    return new EngineOptions(
        threads, queueLimit, Objects.requireNonNull(choice, "accuracy"), ready, ofEngines);
  }

  /**
   * Returns the same options, in which {@link Engine#prepare} takes as long as the first calls
   * would need to become fast, or returns at once.
   */
  public EngineOptions withReady(boolean isReady) {
    return new EngineOptions(threads, queueLimit, accuracy, isReady, ofEngines);
  }

  /** Returns the same options with an option of one engine, in place of another of its class. */
  public EngineOptions with(EngineOption option) {
    Objects.requireNonNull(option, "option");
    Map<Class<? extends EngineOption>, EngineOption> all = new LinkedHashMap<>(ofEngines);
    all.put(option.getClass(), option);
    return new EngineOptions(threads, queueLimit, accuracy, ready, all);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EngineOptions that
        && threads == that.threads
        && queueLimit == that.queueLimit
        && accuracy == that.accuracy
        && ready == that.ready
        && ofEngines.equals(that.ofEngines);
  }

  @Override
  public int hashCode() {
    return Objects.hash(threads, queueLimit, accuracy, ready, ofEngines);
  }

  /** Returns for example {@code 4 threads, strict, tuning of 200 ms}. */
  @Override
  public String toString() {
    String text =
        "%d thread%s, %s"
                .formatted(
                    threads, threads == 1 ? "" : "s", accuracy.name().toLowerCase(Locale.ROOT))
            + (ready ? ", ready" : "");
    return ofEngines.isEmpty()
        ? text
        : text
            + ofEngines.values().stream()
                .map(EngineOption::toString)
                .collect(Collectors.joining(", ", ", ", ""));
  }
}

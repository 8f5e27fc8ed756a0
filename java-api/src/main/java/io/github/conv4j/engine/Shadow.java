package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Checks;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an engine is held against another one while it serves: {@code
 * options.with(Shadow.defaults().withInterval(1000))}. Immutable.
 *
 * <p>One call in so many is copied, src and dst, and computed again by another engine, on a thread
 * of lowest priority. A difference beyond what the arithmetic explains, {@link
 * io.github.conv4j.problem.ErrorBound}, is a {@link ShadowMismatch}: a warning in the log, an event
 * of the Flight Recorder, a call of the {@link #listener}. What has computed it is not used for
 * that problem by the engine's next {@code prepare}; what is prepared already goes on as it is,
 * compared no more, until its owner prepares it anew. All engines but {@code reference} do it.
 *
 * <p>Calls never wait for it. A call whose copy finds no room, or would take more than half a
 * percent of the time since the last copy, is not copied; and the thread rests between comparisons
 * so that it takes no more than {@link #share} of the engine's threads, unless no call is inside.
 *
 * <p><b>Memory.</b> The option is a plain object. An engine that is given it holds up to {@link
 * #bufferBytes} for copies of calls, as much again for what the other engine has prepared, or what
 * one problem needs if that is more, and a copy of the weights of all that it has prepared itself;
 * a comparison takes up to as much on the Java heap, and what would take more is not compared.
 * Calls allocate nothing.
 *
 * <p><b>Threads.</b> Immutable. <b>Errors.</b> A value out of its range is refused with {@link
 * IllegalArgumentException} where it is given. Whatever goes wrong in a comparison is counted in
 * {@link ShadowCounts#failed} and told once in the log; it reaches no caller.
 */
public final class Shadow implements EngineOption {
  private static final int DEFAULT_INTERVAL = 100;
  private static final long DEFAULT_BUFFER_BYTES = 64L << 20;
  private static final double DEFAULT_SHARE = 0.005;

  private final int interval;
  private final @Nullable String engine;
  private final long bufferBytes;
  private final double share;
  private final @Nullable Path quarantine;
  private final @Nullable Consumer<ShadowMismatch> listener;

  private Shadow(
      int interval,
      @Nullable String engine,
      long bufferBytes,
      double share,
      @Nullable Path quarantine,
      @Nullable Consumer<ShadowMismatch> listener) {
    this.interval = interval;
    this.engine = engine;
    this.bufferBytes = bufferBytes;
    this.share = share;
    this.quarantine = quarantine;
    this.listener = listener;
  }

  /**
   * Returns one call in 100, an engine that is chosen for each problem, 64 MiB, half a percent of
   * the engine's threads, no file and no listener.
   */
  public static Shadow defaults() {
    return new Shadow(DEFAULT_INTERVAL, null, DEFAULT_BUFFER_BYTES, DEFAULT_SHARE, null, null);
  }

  /** Returns of how many calls one is compared; 0 if none is. */
  public int interval() {
    return interval;
  }

  /**
   * Returns the engine that computes again. If empty: {@code vector} for what {@code onednn} has
   * computed; for what {@code vector} has computed {@code reference}, where a call has at most 2^28
   * products, and else nobody.
   */
  public Optional<String> engine() {
    return Optional.ofNullable(engine);
  }

  /** Returns how many bytes copies may take at most: two calls that wait, each up to half of it. */
  public long bufferBytes() {
    return bufferBytes;
  }

  /** Returns which share of the engine's threads comparisons take at most while there are calls. */
  public double share() {
    return share;
  }

  /**
   * Returns the file that remembers what is not to be used, for engines that start later; empty to
   * remember it as long as the engine is open. A line is about one version of an engine, and may be
   * deleted.
   */
  public Optional<Path> quarantine() {
    return Optional.ofNullable(quarantine);
  }

  /** Returns who is told of each mismatch, on the thread that compares. */
  public Optional<Consumer<ShadowMismatch>> listener() {
    return Optional.ofNullable(listener);
  }

  /** Returns the same options for one call in so many; 0 for none. */
  public Shadow withInterval(int calls) {
    Checks.notNegative(calls, "interval");
    return new Shadow(calls, engine, bufferBytes, share, quarantine, listener);
  }

  /** Returns the same options with another engine to compute again, by its name. */
  public Shadow withEngine(String name) {
    return new Shadow(
        interval, Objects.requireNonNull(name, "engine"), bufferBytes, share, quarantine, listener);
  }

  /** Returns the same options with other room for copies; calls that need more are not compared. */
  public Shadow withBufferBytes(long bytes) {
    return new Shadow(
        interval, engine, Checks.notNegative(bytes, "bufferBytes"), share, quarantine, listener);
  }

  /** Returns the same options with another share of the engine's threads, above 0 and up to 1. */
  public Shadow withShare(double most) {
    if (!(most > 0 && most <= 1)) {
      throw new IllegalArgumentException(
          "share must be above 0 and at most 1 but is %s".formatted(most));
    }
    return new Shadow(interval, engine, bufferBytes, most, quarantine, listener);
  }

  /** Returns the same options with a file that remembers what is not to be used. */
  public Shadow withQuarantine(Path file) {
    return new Shadow(
        interval, engine, bufferBytes, share, Objects.requireNonNull(file, "quarantine"), listener);
  }

  /**
   * Returns the same options with somebody who is told of each mismatch. It may prepare anew, and
   * close the engine; while it runs nothing is compared.
   */
  public Shadow withListener(Consumer<ShadowMismatch> told) {
    return new Shadow(
        interval, engine, bufferBytes, share, quarantine, Objects.requireNonNull(told, "listener"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shadow that
        && interval == that.interval
        && Objects.equals(engine, that.engine)
        && bufferBytes == that.bufferBytes
        && share == that.share
        && Objects.equals(quarantine, that.quarantine)
        && Objects.equals(listener, that.listener);
  }

  @Override
  public int hashCode() {
    return Objects.hash(interval, engine, bufferBytes, share, quarantine, listener);
  }

  /** Returns for example {@code shadow of one call in 100 by vector}. */
  @Override
  public String toString() {
    return interval == 0
        ? "no shadow"
        : "shadow of one call in %d%s".formatted(interval, engine == null ? "" : " by " + engine);
  }
}

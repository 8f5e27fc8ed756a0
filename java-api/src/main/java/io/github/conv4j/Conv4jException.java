package io.github.conv4j;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What conv4j throws where a call was right and yet cannot be served: an engine that cannot start,
 * a convolution that an engine cannot run, a failure of an engine. Says which engine, for which
 * problem, for which reason, as fields and in its message.
 *
 * <p>Calls that are wrong are answered as everywhere in Java: {@link IllegalArgumentException},
 * {@link NullPointerException}, and {@link IllegalStateException} for what is closed.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> Immutable but for what {@link Throwable} lets
 * change. <b>Errors.</b> Is one.
 */
public abstract class Conv4jException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The engine's name. */
  private final String engine;

  /** The convolution as text. */
  private final @Nullable String problem;

  /** What is wrong. */
  private final String reason;

  /** What to do about it. */
  private final @Nullable String remedy;

  /**
   * Creates the exception.
   *
   * @param message one sentence with all that the other parameters say
   * @param engine the engine's name
   * @param problem the convolution as text; null where there is none
   * @param reason what is wrong
   * @param remedy what to do about it; null if unknown
   * @param cause what it follows from; null if nothing
   */
  protected Conv4jException(
      String message,
      String engine,
      @Nullable String problem,
      String reason,
      @Nullable String remedy,
      @Nullable Throwable cause) {
    super(message, cause);
    this.engine = Objects.requireNonNull(engine, "engine");
    this.problem = problem;
    this.reason = Objects.requireNonNull(reason, "reason");
    this.remedy = remedy;
  }

  /** Returns the engine's name, for example {@code onednn}. */
  public final String engine() {
    return engine;
  }

  /** Returns the convolution as text, empty where the exception is not about one. */
  public final Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Returns what is wrong, without the engine and the problem. */
  public final String reason() {
    return reason;
  }

  /** Returns what to do about it, empty where that is unknown. */
  public final Optional<String> remedy() {
    return Optional.ofNullable(remedy);
  }
}

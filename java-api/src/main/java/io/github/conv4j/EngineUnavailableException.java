package io.github.conv4j;

/**
 * An engine that was asked for by name cannot start; {@link #remedy} says what to do.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; nothing was started.
 */
public final class EngineUnavailableException extends Conv4jException {
  private static final long serialVersionUID = 1;

  /** Creates the exception from the engine's name, the reason and the remedy. */
  public EngineUnavailableException(String engine, String reason, String remedy) {
    super(
        "engine %s cannot start: %s; %s".formatted(engine, reason, remedy),
        engine,
        null,
        reason,
        remedy,
        null);
  }
}

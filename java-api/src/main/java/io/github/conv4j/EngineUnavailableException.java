package io.github.conv4j;

/** An engine that was asked for by name cannot start; the message gives reason and remedy. */
public final class EngineUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** Creates the exception from the engine's name, the reason and the remedy. */
  public EngineUnavailableException(String engine, String reason, String remedy) {
    super("engine %s cannot start: %s; %s".formatted(engine, reason, remedy));
  }
}

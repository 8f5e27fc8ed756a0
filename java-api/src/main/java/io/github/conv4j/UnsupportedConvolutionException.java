package io.github.conv4j;

/**
 * A valid request that this engine cannot run; {@code support} tells beforehand.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; nothing was prepared.
 */
public final class UnsupportedConvolutionException extends Conv4jException {
  private static final long serialVersionUID = 1;

  /** Creates the exception from the engine's name, the problem and the reason. */
  public UnsupportedConvolutionException(String engine, String problem, String reason) {
    super(
        "engine %s cannot run %s: %s".formatted(engine, problem, reason),
        engine,
        problem,
        reason,
        null,
        null);
  }
}

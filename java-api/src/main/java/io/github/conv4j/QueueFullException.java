package io.github.conv4j;

/**
 * A call was refused since as many callers were waiting as the engine's queue takes.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; {@code dst} is as it was.
 */
public final class QueueFullException extends CallRefusedException {
  private static final long serialVersionUID = 1;

  /** Creates the exception of an engine whose queue takes so many callers. */
  public QueueFullException(String engine, String problem, int queueLimit) {
    super(
        engine,
        problem,
        "all threads compute, and as many callers wait as may: %d".formatted(queueLimit));
  }
}

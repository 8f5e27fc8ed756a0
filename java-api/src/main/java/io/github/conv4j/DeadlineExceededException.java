package io.github.conv4j;

import java.time.Duration;

/**
 * A call was refused since none of the engine's threads was free within the caller's time.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; {@code dst} is as it was.
 */
public final class DeadlineExceededException extends CallRefusedException {
  private static final long serialVersionUID = 1;

  /** Creates the exception of a caller who would wait so long. */
  public DeadlineExceededException(String engine, String problem, Duration longestWait) {
    super(engine, problem, "all threads computed for longer than the caller's " + longestWait);
  }
}

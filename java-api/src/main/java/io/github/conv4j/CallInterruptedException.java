package io.github.conv4j;

/**
 * A call was refused since its thread was interrupted while it waited, or before; it still is.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; {@code dst} is as it was, and the thread still interrupted.
 */
public final class CallInterruptedException extends CallRefusedException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public CallInterruptedException(String engine, String problem) {
    super(engine, problem, "all threads compute, and the caller was interrupted instead of served");
  }
}

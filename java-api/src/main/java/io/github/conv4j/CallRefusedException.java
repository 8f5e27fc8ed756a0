package io.github.conv4j;

/**
 * A call was not made: the engine's threads were busy, and the caller could or would not wait
 * longer. Nothing was read, computed or written, and nothing will be; the call may be repeated.
 *
 * <p><b>Memory.</b> Keeps no tensor. <b>Threads.</b> As every {@link Throwable}. <b>Errors.</b> Is
 * one; {@code dst} is as it was.
 *
 * @see io.github.conv4j.engine.PreparedConvolution#execute(io.github.conv4j.tensor.Tensor,
 *     io.github.conv4j.tensor.Tensor, java.time.Duration)
 */
public abstract sealed class CallRefusedException extends Conv4jException
    permits QueueFullException, DeadlineExceededException, CallInterruptedException {
  private static final long serialVersionUID = 1;

  CallRefusedException(String engine, String problem, String reason) {
    super(
        "engine %s refused a call of %s: %s".formatted(engine, problem, reason),
        engine,
        problem,
        reason,
        null,
        null);
  }
}

package io.github.conv4j.engine;

import io.github.conv4j.CallInterruptedException;
import io.github.conv4j.Conv4jException;
import io.github.conv4j.DeadlineExceededException;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A convolution, or a sequence of them, made ready by an engine: kernels chosen, weights packed.
 *
 * <p><b>Memory.</b> Owns packed weights, native handles and scratchpads until {@link #close}.
 * Tensors that are passed in are not retained.
 *
 * <p><b>Threads.</b> May be executed by any number of threads at once, platform or virtual, each
 * with its own {@code dst}. Callers beyond the number of threads that {@code EngineOptions} gives
 * wait in fair order, in a queue with a limit; a caller that is interrupted there, or has waited as
 * long as it would, leaves it with an exception, and nothing is computed for it. Threads of
 * conv4j's pool may take part in a call, or make it for a caller that waits; they use the caller's
 * tensors, confined ones too, and have let go of them when the call returns.
 *
 * <p><b>Errors.</b> Calls that are wrong get {@link IllegalArgumentException}, {@link
 * IllegalStateException} or {@link WrongThreadException} before anything is written; calls that are
 * right and cannot be served a {@link Conv4jException}.
 */
public interface PreparedConvolution extends AutoCloseable {
  /** Returns what every {@code src} must equal; where ANY was asked, the engine's choice. */
  TensorSpec src();

  /** Returns what every {@code dst} must equal; where ANY was asked, the engine's choice. */
  TensorSpec dst();

  /**
   * Returns what each operand must equal that post-ops are given at each run, in the order of
   * {@link io.github.conv4j.PostOps#runOperands}; empty for most. Where there are some, calls are
   * made through {@link #call}.
   */
  default List<TensorSpec> operands() {
    return List.of();
  }

  /** Returns a call to bind tensors to, operands of post-ops among them. */
  default ConvolutionCall call() {
    return new TwoTensorCall(this);
  }

  /** Returns what runs, stage by stage. */
  Explanation explain();

  /**
   * Computes {@code dst} from {@code src}.
   *
   * <p><b>Memory.</b> Reads {@code src} and overwrites {@code dst}. Allocates nothing once each
   * thread that takes part has its working memory and, in engine {@code vector}, once its code is
   * compiled; a caller that has to wait, or that brings other confined tensors than in its last
   * calls, allocates some objects. Closing a shared arena of either tensor during the call is
   * refused by the arena, or ends the call with an IllegalStateException and an undefined {@code
   * dst}.
   *
   * @throws IllegalArgumentException if a spec differs from {@link #src} or {@link #dst}, {@code
   *     dst} is read-only, the two overlap, or there are {@link #operands}
   * @throws IllegalStateException if this, its engine or an arena is closed
   * @throws WrongThreadException if an arena is confined to another thread
   * @throws QueueFullException if the call would have to wait and too many wait already
   * @throws CallInterruptedException if the calling thread is interrupted while it has to wait; a
   *     call that has begun runs to its end
   * @throws EngineFailureException if the engine reports a failure
   */
  void execute(Tensor src, Tensor dst);

  /**
   * Computes {@code dst} from {@code src} like {@link #execute(Tensor, Tensor)}, if a thread is
   * free for it soon enough. A call that has begun runs to its end.
   *
   * <p>The default is for implementations whose calls never wait.
   *
   * @param longestWait how long to wait for a thread at most; zero or less for a call that is made
   *     at once or not at all
   * @throws DeadlineExceededException if none was free within that time
   * @throws QueueFullException if the call would have to wait and too many wait already
   * @throws CallInterruptedException if the calling thread is interrupted while it has to wait
   */
  default void execute(Tensor src, Tensor dst, Duration longestWait) {
    Objects.requireNonNull(longestWait, "longestWait");
    execute(src, dst);
  }

  /**
   * Frees what this owns, after the calls in flight have returned. Further calls do nothing. What
   * is never closed is freed after garbage collection, with a warning in the log.
   *
   * <p>The wait cannot be interrupted; an interrupt is set again afterwards. After a {@link
   * StackOverflowError} inside a call this may not return; a wait of more than ten seconds is a
   * warning in the log.
   */
  @Override
  void close();
}

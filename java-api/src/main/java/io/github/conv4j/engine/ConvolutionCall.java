package io.github.conv4j.engine;

import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.time.Duration;

/**
 * A call of a {@link PreparedConvolution} with its tensors bound, to be made any number of times:
 * the way to give post-ops an operand at each run, a residual for example.
 *
 * <pre>{@code
 * ConvolutionCall call = prepared.call().src(src).dst(dst).operand(0, residual);
 * call.execute();   // again and again; tensors may be bound anew in between
 * }</pre>
 *
 * <p><b>Memory.</b> Keeps the bound tensors and the prepared convolution reachable, owns nothing. A
 * call allocates what {@link PreparedConvolution#execute} does, which is nothing once warm.
 *
 * <p><b>Threads.</b> For one at a time; each concurrent caller makes its own.
 *
 * <p><b>Errors.</b> Tensors are checked in {@link #execute}, which throws what {@link
 * PreparedConvolution#execute} does, also for operands, before anything is written.
 */
public interface ConvolutionCall {
  /** Binds what is read. */
  ConvolutionCall src(Tensor src);

  /** Binds what is written. */
  ConvolutionCall dst(Tensor dst);

  /**
   * Binds an operand of the post-ops; it must not overlap dst.
   *
   * @param index of {@link PreparedConvolution#operands}
   * @param operand equal to the {@link TensorSpec} there
   * @throws IndexOutOfBoundsException if the convolution takes no such operand
   */
  ConvolutionCall operand(int index, Tensor operand);

  /**
   * Computes what is bound to dst.
   *
   * @throws IllegalStateException if something is not bound, or closed
   */
  void execute();

  /** Computes what is bound to dst, if a thread is free for it soon enough. */
  void execute(Duration longestWait);
}

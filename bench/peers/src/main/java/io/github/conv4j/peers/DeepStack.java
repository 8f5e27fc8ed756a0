package io.github.conv4j.peers;

import ai.onnxruntime.OrtEnvironment;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Starts ONNX Runtime on a thread of its own: version 1.29 was seen to go into a recursion of some
 * ten thousand calls while it makes its environment, which the usual stack of a Java thread does
 * not hold.
 */
final class DeepStack {
  private static final long STACK_BYTES = 64L << 20;

  private DeepStack() {}

  /** Returns the environment of the process. */
  static OrtEnvironment environment() {
    var start = new FutureTask<>(OrtEnvironment::getEnvironment);
    new Thread(null, start, "onnxruntime-start", STACK_BYTES).start();
    try {
      return start.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ONNX Runtime was started", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("ONNX Runtime does not start", e.getCause());
    }
  }
}

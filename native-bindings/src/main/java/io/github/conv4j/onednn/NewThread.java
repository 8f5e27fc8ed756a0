package io.github.conv4j.onednn;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Calls on a thread that native code knows nothing of yet. */
final class NewThread {
  private NewThread() {}

  /**
   * Returns what a call gives on a thread of its own; waits for it, interrupted or not.
   *
   * @param failure of the first attempt, thrown where the second one fails too
   */
  static <T> T call(Supplier<T> supplier, RuntimeException failure) {
    var task = new FutureTask<T>(supplier::get);
    try {
      Thread.ofPlatform()
          .name("conv4j-second-attempt")
          .daemon()
          .inheritInheritableThreadLocals(false)
          .start(task);
    } catch (OutOfMemoryError e) {
      // No thread either.
      failure.addSuppressed(e);
      throw failure;
    }
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          isInterrupted = true;
        } catch (ExecutionException e) {
          failure.addSuppressed(e.getCause());
          throw failure;
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

package io.github.conv4j.internal.ready;

import org.jspecify.annotations.Nullable;

/** A thread of which the JVM tells what it takes from the heap, as it does not of virtual ones. */
public final class PlatformThread {
  private PlatformThread() {}

  /**
   * Runs a task on this thread or, where this one is virtual, on another one meanwhile. What the
   * task throws is thrown; an interrupt that comes while it is waited for stays set.
   */
  public static void run(Runnable task) {
    if (!Thread.currentThread().isVirtual()) {
      task.run();
      return;
    }
    var thrown = new Thrown();
    Thread thread =
        Thread.ofPlatform().daemon().name("conv4j-ready").start(() -> thrown.during(task));
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    thrown.rethrow();
  }

  /** What a task threw; read when its thread has ended. */
  private static final class Thrown {
    private @Nullable RuntimeException exception;
    private @Nullable Error error;

    void during(Runnable task) {
      try {
        task.run();
      } catch (RuntimeException e) {
        exception = e;
      } catch (Error e) {
        error = e;
      }
    }

    void rethrow() {
      if (exception != null) {
        throw exception;
      }
      if (error != null) {
        throw error;
      }
    }
  }
}

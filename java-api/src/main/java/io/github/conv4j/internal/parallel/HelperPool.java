package io.github.conv4j.internal.parallel;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the pool, one for the process. They are daemons, made when a call first asks for
 * them, and end after half a minute without work, or when an engine is closed: a thread keeps the
 * class loader of its code alive. Every one of them that computes holds a permit of an engine's
 * {@link Budget}.
 */
final class HelperPool {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final int MOST_IDLE = 256;
  private static final AtomicReferenceArray<@Nullable Worker> IDLE =
      new AtomicReferenceArray<>(MOST_IDLE);
  private static final AtomicInteger CREATED = new AtomicInteger();

  /** How often the idle ones were dismissed. */
  private static final AtomicInteger DISMISSALS = new AtomicInteger();

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private HelperPool() {}

  /** Returns a worker that nobody else will invite, or null if no thread can be made. */
  static @Nullable Worker claim() {
    for (int i = 0; i < MOST_IDLE; i++) {
      Worker worker = IDLE.getPlain(i);
      if (worker != null && IDLE.compareAndSet(i, worker, null)) {
        return worker;
      }
    }
    return create();
  }

  private static @Nullable Worker create() {
    if (CREATED.incrementAndGet() > MOST_IDLE) {
      CREATED.decrementAndGet();
      return null;
    }
    try {
      var worker = new Worker();
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .name("conv4j-helper-" + CREATED.get())
              .inheritInheritableThreadLocals(false)
              .unstarted(worker);
      // Not the caller's: a thread that outlives an application must not keep it.
      thread.setContextClassLoader(HelperPool.class.getClassLoader());
      thread.start();
      return worker;
    } catch (Throwable e) {
      // Whoever asked is in the middle of its bookkeeping and goes on without this thread.
      CREATED.decrementAndGet();
      tell("no more threads can be made, so calls run on fewer than their budget", e);
      return null;
    }
  }

  /** Logs the first thing of its kind that went wrong here in this process; never fails. */
  static void tell(String what, Throwable failure) {
    try {
      if (TOLD.compareAndSet(false, true)) {
        LOG.log(Level.WARNING, what, failure);
      }
    } catch (Throwable noMemoryForThat) {
      TOLD.set(false);
    }
  }

  /** Makes a claimed worker free for the next claim. There is room for every worker. */
  static void release(Worker worker) {
    for (int i = 0; ; i = (i + 1) % MOST_IDLE) {
      if (IDLE.getPlain(i) == null && IDLE.compareAndSet(i, null, worker)) {
        return;
      }
    }
  }

  /** Ends the workers that are free, and those that become so, once. */
  static void dismissIdle() {
    DISMISSALS.incrementAndGet();
    for (int i = 0; i < MOST_IDLE; i++) {
      Worker worker = IDLE.getPlain(i);
      if (worker != null) {
        worker.wake();
      }
    }
  }

  /** Changes whenever the idle ones are dismissed. */
  static int dismissals() {
    return DISMISSALS.get();
  }

  /** Takes a free worker out for good; false if someone has claimed it. */
  static boolean retire(Worker worker) {
    for (int i = 0; i < MOST_IDLE; i++) {
      if (IDLE.compareAndSet(i, worker, null)) {
        CREATED.decrementAndGet();
        return true;
      }
    }
    return false;
  }
}

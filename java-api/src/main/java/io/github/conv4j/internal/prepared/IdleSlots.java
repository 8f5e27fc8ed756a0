package io.github.conv4j.internal.prepared;

import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Gives the memory of a burst of callers back: one daemon thread for the process, while anybody has
 * more than one slot. Time passes in periods, so that a call reads a field and no clock.
 */
final class IdleSlots {
  /** How long a period lasts; tests have no time. */
  static final AtomicLong PERIOD_NANOS = new AtomicLong(3_000_000_000L);

  /** Makes the thread; a test has none to give. */
  static final AtomicReference<ThreadFactory> THREADS = new AtomicReference<>(IdleSlots::newThread);

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  /** Weak, since whoever is forgotten has a cleaner. */
  private static final Set<WeakReference<Slots<?>>> WATCHED = ConcurrentHashMap.newKeySet();

  private static final Object LOCK = new Object();
  private static final AtomicReference<@Nullable Thread> THREAD = new AtomicReference<>();
  private static final AtomicInteger PERIOD = new AtomicInteger();

  private IdleSlots() {}

  /** Returns the number of the present period; it wraps around. */
  static int period() {
    return PERIOD.get();
  }

  /**
   * Looks after slots until there is one left. A call does not fail for want of a thread that only
   * saves memory.
   *
   * @return false if nobody can look after them now
   */
  static boolean watch(Slots<?> slots) {
    try {
      synchronized (LOCK) {
        if (THREAD.get() == null) {
          Thread next = THREADS.get().newThread(IdleSlots::run);
          next.start();
          THREAD.set(next);
        }
        WATCHED.add(new WeakReference<>(slots));
      }
      return true;
    } catch (Throwable e) {
      if (TOLD.compareAndSet(false, true)) {
        Quietly.warn("no thread can be made that gives idle working memory back", e);
      }
      return false;
    }
  }

  private static Thread newThread(Runnable work) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("conv4j-idle-slots")
            .inheritInheritableThreadLocals(false)
            .unstarted(work);
    thread.setContextClassLoader(IdleSlots.class.getClassLoader());
    return thread;
  }

  /**
   * Looks after slots no more, since they are closed. The thread ends with the last of them, and
   * not only after its period: it keeps the class loader of its code alive.
   */
  static void forget(Slots<?> slots) {
    WATCHED.removeIf(reference -> reference.refersTo(slots));
    if (WATCHED.isEmpty()) {
      synchronized (LOCK) {
        LockSupport.unpark(THREAD.get());
      }
    }
  }

  private static void run() {
    while (!isDone()) {
      long begin = System.nanoTime();
      for (long left = PERIOD_NANOS.get();
          left > 0 && !WATCHED.isEmpty();
          left = PERIOD_NANOS.get() - (System.nanoTime() - begin)) {
        LockSupport.parkNanos(left);
      }
      try {
        nextPeriod();
      } catch (Throwable e) {
        // Not the end of this thread, whose place nobody else would take.
        Quietly.warn("idle working memory could not be looked through", e);
      }
    }
  }

  private static void nextPeriod() {
    int period = PERIOD.incrementAndGet();
    WATCHED.removeIf(
        reference -> {
          Slots<?> slots = reference.get();
          return slots == null || !isWorthWatching(slots, period);
        });
  }

  private static boolean isWorthWatching(Slots<?> slots, int period) {
    try {
      return slots.trim(period);
    } catch (Throwable e) {
      Quietly.warn("idle working memory could not be given back", e);
      return true;
    }
  }

  private static boolean isDone() {
    synchronized (LOCK) {
      if (WATCHED.isEmpty()) {
        THREAD.set(null);
        return true;
      }
      return false;
    }
  }
}

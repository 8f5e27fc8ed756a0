package io.github.conv4j.internal.prepared;

import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Looks after slots until there is one left. */
  static void watch(Slots<?> slots) {
    WATCHED.add(new WeakReference<>(slots));
    synchronized (LOCK) {
      if (THREAD.get() == null) {
        Thread next =
            Thread.ofPlatform()
                .daemon()
                .name("conv4j-idle-slots")
                .inheritInheritableThreadLocals(false)
                .unstarted(IdleSlots::run);
        next.setContextClassLoader(IdleSlots.class.getClassLoader());
        next.start();
        THREAD.set(next);
      }
    }
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
      nextPeriod();
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

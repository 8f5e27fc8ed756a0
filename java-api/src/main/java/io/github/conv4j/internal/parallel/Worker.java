package io.github.conv4j.internal.parallel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread of the pool: takes an invitation, helps, and lingers for the next. */
final class Worker implements Runnable {
  /** A wake-up takes tens of microseconds; the layers of a network follow each other faster. */
  private static final long LINGER_NANOS = 50_000;

  private static final long LONGEST_IDLE_NANOS = 30_000_000_000L;

  private final AtomicReference<@Nullable Errand> invitation = new AtomicReference<>();
  private volatile @Nullable Thread parked;

  void offer(Errand errand) {
    invitation.set(errand);
    Thread thread = parked;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Returns whether the worker had not yet taken the invitation, and now never will. */
  boolean withdraw(Errand errand) {
    return invitation.compareAndSet(errand, null);
  }

  @Override
  public void run() {
    Budget lastBudget = null;
    Errand errand;
    while ((errand = await(lastBudget)) != null) {
      lastBudget = errand.budget();
      errand.perform(this);
      // An idle worker must not keep alive what it worked for.
      errand = null;
    }
  }

  /** Returns what to do next, or null after a long time without any. */
  private @Nullable Errand await(@Nullable Budget lastBudget) {
    if (lastBudget != null) {
      long begin = System.nanoTime();
      while (lastBudget.hasRoom() && System.nanoTime() - begin < LINGER_NANOS) {
        Errand errand = take();
        if (errand != null) {
          return errand;
        }
        Thread.onSpinWait();
      }
    }
    long idleSince = System.nanoTime();
    parked = Thread.currentThread();
    try {
      while (true) {
        Errand errand = take();
        if (errand != null) {
          return errand;
        }
        LockSupport.parkNanos(this, LONGEST_IDLE_NANOS);
        boolean expired = System.nanoTime() - idleSince > LONGEST_IDLE_NANOS;
        if (expired && invitation.get() == null && Crew.retire(this)) {
          return null;
        }
      }
    } finally {
      parked = null;
    }
  }

  private @Nullable Errand take() {
    Errand errand = invitation.get();
    return errand != null && invitation.compareAndSet(errand, null) ? errand : null;
  }
}

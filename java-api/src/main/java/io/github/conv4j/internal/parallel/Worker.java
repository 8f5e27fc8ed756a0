package io.github.conv4j.internal.parallel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread of the pool: takes an invitation, helps, and lingers for the next. */
final class Worker implements Runnable {
  /** A wake-up takes tens of microseconds; the layers of a network follow each other faster. */
  private static final long LINGER_NANOS = 100_000;

  private static final long LONGEST_IDLE_NANOS = 30_000_000_000L;

  private final AtomicReference<@Nullable Task> invitation = new AtomicReference<>();
  private volatile @Nullable Thread parked;

  /** When this worker took its last task, or was made to take its first; its own thread's. */
  private int lastDismissals = HelperPool.dismissals();

  /** Gives a claimed worker its task; never fails once the worker has it. */
  void offer(Task task) {
    invitation.set(task);
    try {
      wake();
    } catch (Throwable lost) {
      // Whoever waits for the task wakes it again.
      HelperPool.tell("a helper could not be woken at once", lost);
    }
  }

  void wake() {
    Thread thread = parked;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Returns whether the worker had not yet taken the invitation, and now never will. */
  boolean withdraw(Task task) {
    return invitation.compareAndSet(task, null);
  }

  @Override
  public void run() {
    Budget lastBudget = null;
    Task task;
    while ((task = await(lastBudget)) != null) {
      lastBudget = task.budget();
      try {
        task.perform(this);
      } catch (Throwable e) {
        HelperPool.tell("a helper failed outside of any call", e);
      }
      // An idle worker must not keep alive what it worked for.
      task = null;
    }
  }

  /** Returns what to do next, or null after a long time without any. */
  private @Nullable Task await(@Nullable Budget lastBudget) {
    Task next = lastBudget == null ? null : linger(lastBudget);
    if (next != null) {
      return next;
    }
    int dismissals = lastDismissals;
    long idleSince = System.nanoTime();
    parked = Thread.currentThread();
    try {
      while (true) {
        Task task = take();
        if (task != null) {
          return task;
        }
        boolean dismissed = HelperPool.dismissals() != dismissals;
        if (!dismissed) {
          LockSupport.parkNanos(this, LONGEST_IDLE_NANOS);
          // Woken too late for one layer, it is in time for the next.
          task = lastBudget == null ? null : linger(lastBudget);
          if (task != null) {
            return task;
          }
        }
        boolean expired = System.nanoTime() - idleSince > LONGEST_IDLE_NANOS;
        if ((expired || dismissed) && invitation.get() == null && HelperPool.retire(this)) {
          return null;
        }
        if (dismissed) {
          // Claimed meanwhile: the task is on its way.
          Thread.onSpinWait();
        }
      }
    } finally {
      parked = null;
    }
  }

  /** Watches for a task while there is room for one more thread. */
  private @Nullable Task linger(Budget budget) {
    long begin = System.nanoTime();
    while (budget.hasRoom() && System.nanoTime() - begin < LINGER_NANOS) {
      Task task = take();
      if (task != null) {
        return task;
      }
      Thread.onSpinWait();
    }
    return null;
  }

  private @Nullable Task take() {
    Task task = invitation.get();
    if (task == null || !invitation.compareAndSet(task, null)) {
      return null;
    }
    lastDismissals = HelperPool.dismissals();
    return task;
  }
}

package io.github.conv4j.internal.parallel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread of the pool: takes an invitation, helps, and lingers for the next. */
final class Worker implements Runnable {
  /** A wake-up takes tens of microseconds; the layers of a network follow each other faster. */
  private static final long LINGER_NANOS = 50_000;

  private static final long LONGEST_IDLE_NANOS = 30_000_000_000L;

  private final AtomicReference<@Nullable PartedCall> invitation = new AtomicReference<>();
  private volatile @Nullable Thread parked;

  void offer(PartedCall call) {
    invitation.set(call);
    Thread thread = parked;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Returns whether the worker had not yet taken the invitation, and now never will. */
  boolean withdraw(PartedCall call) {
    return invitation.compareAndSet(call, null);
  }

  @Override
  public void run() {
    Budget lastBudget = null;
    PartedCall call;
    while ((call = await(lastBudget)) != null) {
      lastBudget = call.budget();
      call.help();
      // Idle before its place is free and the caller goes on: the next call shall find this worker.
      Crew.release(this);
      lastBudget.exitHelper();
      call.leave();
    }
  }

  /** Returns the next call to help with, or null after a long time without any. */
  private @Nullable PartedCall await(@Nullable Budget lastBudget) {
    if (lastBudget != null) {
      long begin = System.nanoTime();
      while (lastBudget.hasRoom() && System.nanoTime() - begin < LINGER_NANOS) {
        PartedCall call = take();
        if (call != null) {
          return call;
        }
        Thread.onSpinWait();
      }
    }
    long idleSince = System.nanoTime();
    parked = Thread.currentThread();
    try {
      while (true) {
        PartedCall call = take();
        if (call != null) {
          return call;
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

  private @Nullable PartedCall take() {
    PartedCall call = invitation.get();
    return call != null && invitation.compareAndSet(call, null) ? call : null;
  }
}

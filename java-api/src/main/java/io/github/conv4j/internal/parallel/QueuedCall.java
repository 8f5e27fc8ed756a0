package io.github.conv4j.internal.parallel;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A caller in the queue of a {@link Budget}, with the call that a worker may make for it. */
final class QueuedCall implements Task {
  private enum State {
    WAITING,
    HAS_PERMIT,
    DONE
  }

  private final @Nullable Runnable call;
  private final Thread caller = Thread.currentThread();
  private volatile State state = State.WAITING;
  private @Nullable Budget queuedIn;
  private @Nullable Throwable failure;

  QueuedCall(@Nullable Runnable call) {
    this.call = call;
  }

  /** Waits; returns true when the call was made, false when the caller has a permit for it. */
  boolean await(Budget budget) {
    queuedIn = budget;
    budget.enqueue(this);
    boolean interrupted = false;
    while (state == State.WAITING) {
      LockSupport.park(budget);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      caller.interrupt();
    }
    return state == State.DONE;
  }

  /** Throws what the call threw. */
  void rethrow() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("calls throw no checked exceptions", failure);
    }
  }

  /** Gives the permit to the calling thread, which is this caller and about to wait. */
  void keepPermit() {
    state = State.HAS_PERMIT;
  }

  /** Gives this caller a permit of the budget: through a worker, or its own thread. */
  void serve(Budget budget) {
    Worker worker = call == null ? null : HelperPool.claim();
    if (worker != null) {
      worker.offer(this);
    } else {
      wake(State.HAS_PERMIT);
    }
  }

  private void wake(State reached) {
    state = reached;
    LockSupport.unpark(caller);
  }

  @Override
  public Budget budget() {
    if (queuedIn == null) {
      throw new AssertionError("not in a queue");
    }
    return queuedIn;
  }

  /** Makes this call, and then those of the others in the queue, on one permit. */
  @Override
  public void perform(Worker worker) {
    Budget budget = budget();
    QueuedCall next = this;
    while (next != null && next.call != null) {
      next.makeCall(next.call);
      next = budget.next();
    }
    HelperPool.release(worker);
    if (next == null) {
      budget.release();
    } else {
      next.serve(budget);
    }
  }

  private void makeCall(Runnable waited) {
    try {
      waited.run();
    } catch (Throwable e) {
      failure = e;
    }
    wake(State.DONE);
  }
}

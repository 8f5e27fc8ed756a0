package io.github.conv4j.internal.parallel;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A caller in the queue of a {@link Budget}, with the call that a worker may make for it. */
final class Waiting implements Errand {
  private enum State {
    WAITING,
    HAS_PLACE,
    DONE
  }

  private final @Nullable Runnable call;
  private final Thread caller = Thread.currentThread();
  private volatile State state = State.WAITING;
  private @Nullable Budget queuedIn;
  private @Nullable Throwable failure;

  Waiting(@Nullable Runnable call) {
    this.call = call;
  }

  /** Waits; returns true when the call was made, false when the caller has a place for it. */
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

  /** Gives the place to the calling thread, which is this caller and about to wait. */
  void keepPlace() {
    state = State.HAS_PLACE;
  }

  /** Gives this caller a place of the budget: through a worker, or its own thread. */
  void serve(Budget budget) {
    Worker worker = call == null ? null : Crew.claim();
    if (worker != null) {
      worker.offer(this);
    } else {
      wake(State.HAS_PLACE);
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

  /** Makes this call, and then those of the others in the queue, on one place. */
  @Override
  public void perform(Worker worker) {
    Budget budget = budget();
    Waiting next = this;
    while (next != null && next.call != null) {
      next.makeCall(next.call);
      next = budget.next();
    }
    Crew.release(worker);
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

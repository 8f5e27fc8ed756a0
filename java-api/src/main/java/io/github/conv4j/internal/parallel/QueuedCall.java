package io.github.conv4j.internal.parallel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A caller in the queue of a {@link Budget}, with the call that a worker may make for it. It gives
 * up only while nobody has begun: the step out of {@link State#WAITING} decides, and is one.
 *
 * <p>It can stand for another caller afterwards, one at a time, if nobody gave up: others touch it
 * then no more than to wake a thread that need not be woken.
 */
public final class QueuedCall implements Task {
  private enum State {
    WAITING,
    /** The caller has a permit. */
    GRANTED,
    /** A worker makes the call; the caller stays until it is done. */
    RUNNING,
    DONE,
    CANCELLED
  }

  /** How long a caller sleeps before it looks whether a wake-up was lost to some error. */
  private static final long RECHECK_NANOS = 5_000_000_000L;

  private static final long FOREVER_NANOS = Long.MAX_VALUE;

  /** Guarded by the lock of the budget, like the next two. */
  @Nullable QueuedCall before;

  @Nullable QueuedCall after;
  boolean isLinked;

  private final Budget budget;
  private final Runnable call;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

  /** Written before the call is in the queue, like the next one. */
  private @Nullable Thread caller;

  private boolean mayMove;
  private volatile @Nullable Worker offeredTo;
  private @Nullable Throwable failure;
  private boolean isReusable = true;

  /**
   * Makes one for callers that wait one after the other.
   *
   * @param call what a worker may do in place of the caller
   */
  public QueuedCall(Budget budget, Runnable call) {
    this.budget = budget;
    this.call = call;
  }

  /** Whether it may stand for another caller: what it stood for is over, and nobody gave up. */
  public boolean isReusable() {
    return isReusable;
  }

  /** Whether a worker may make this call. */
  boolean mayMove() {
    return mayMove;
  }

  /**
   * Waits for a permit, for the end of the call, or for a reason to give up.
   *
   * @param mayMove whether a worker may make the call
   */
  Admission await(boolean mayMove, @Nullable Duration longestWait) {
    caller = Thread.currentThread();
    this.mayMove = mayMove;
    offeredTo = null;
    failure = null;
    isReusable = false;
    state.set(State.WAITING);
    Admission admission = await(longestWait);
    isReusable = state.get() != State.CANCELLED;
    caller = null;
    return admission;
  }

  private Admission await(@Nullable Duration longestWait) {
    long begin = System.nanoTime();
    long mostNanos = longestWait == null ? FOREVER_NANOS : nanos(longestWait);
    if (mostNanos <= 0) {
      return Admission.DEADLINE_PASSED;
    }
    if (Thread.currentThread().isInterrupted()) {
      return Admission.INTERRUPTED;
    }
    StackReserve.require();
    try {
      if (!budget.enqueue(this)) {
        return Admission.QUEUE_FULL;
      }
      Admission refused = awaitBeginning(begin, mostNanos);
      if (refused != null) {
        return refused;
      }
      awaitEnd();
      return state.get() == State.DONE ? Admission.DONE : Admission.PERMIT;
    } catch (Throwable e) {
      abandon();
      throw e;
    }
  }

  /** Returns why the caller gave up, or null when it has a permit or a worker has begun. */
  private @Nullable Admission awaitBeginning(long begin, long mostNanos) {
    boolean interrupted = false;
    try {
      while (state.get() == State.WAITING) {
        interrupted |= Thread.interrupted();
        if (interrupted && cancel()) {
          return Admission.INTERRUPTED;
        }
        long leftNanos = mostNanos - (System.nanoTime() - begin);
        if (leftNanos <= 0 && cancel()) {
          return Admission.DEADLINE_PASSED;
        }
        mendLostWakeUp();
        if (state.get() == State.WAITING) {
          LockSupport.parkNanos(budget, Math.min(leftNanos, RECHECK_NANOS));
        }
      }
      return null;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Saturates: three hundred years are forever. */
  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException tooLong) {
      return duration.isNegative() ? 0 : FOREVER_NANOS;
    }
  }

  private void mendLostWakeUp() {
    Worker worker = offeredTo;
    if (worker == null) {
      budget.dispatch();
    } else {
      worker.wake();
    }
  }

  /** Stays while a worker uses the caller's memory. */
  private void awaitEnd() {
    boolean interrupted = false;
    while (state.get() == State.RUNNING) {
      try {
        LockSupport.parkNanos(budget, RECHECK_NANOS);
      } catch (Throwable cannotPark) {
        Thread.onSpinWait();
      }
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** After an error: nobody may work for this caller, or hold its permit, when it has gone. */
  private void abandon() {
    if (!cancel()) {
      awaitEnd();
      if (state.get() == State.GRANTED) {
        budget.giveBack();
      }
    }
  }

  /** Leaves the queue if nobody has begun. */
  private boolean cancel() {
    if (!state.compareAndSet(State.WAITING, State.CANCELLED)) {
      return false;
    }
    budget.remove(this);
    return true;
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

  /** Gives the caller a permit; false if it has given up. */
  boolean grant() {
    if (!state.compareAndSet(State.WAITING, State.GRANTED)) {
      return false;
    }
    wakeCaller();
    return true;
  }

  private void wakeCaller() {
    try {
      LockSupport.unpark(caller);
    } catch (Throwable lost) {
      // The caller looks again itself.
      HelperPool.tell("a caller could not be woken at once", lost);
    }
  }

  /** Has a worker, who gets the permit, make this call if it is still wanted. */
  void offerTo(Worker worker) {
    offeredTo = worker;
    worker.offer(this);
  }

  @Override
  public Budget budget() {
    return budget;
  }

  /** Makes this call, and then those of the others in the queue, on one permit. */
  @Override
  public void perform(Worker worker) {
    boolean hasPermit = true;
    QueuedCall current = this;
    while (current != null) {
      QueuedCall next = null;
      boolean made = current.make();
      try {
        next = budget.poll();
        while (next != null && !next.mayMove) {
          hasPermit = !next.grant();
          next = hasPermit ? budget.poll() : null;
        }
      } finally {
        if (next == null) {
          HelperPool.release(worker);
          if (hasPermit) {
            budget.giveBack();
          }
        }
        // Last: whoever calls again at once shall find the permit free.
        if (made) {
          current.finish();
        }
      }
      if (made && next != null) {
        letCallerPass();
      }
      current = next;
    }
  }

  /**
   * A caller that was just woken may stand behind this thread for as long as the scheduler lets a
   * thread run at a stretch, which may be a call's length.
   */
  @SuppressWarnings("ThreadPriorityCheck") // nothing but the tail of latencies relies on it
  private static void letCallerPass() {
    Thread.yield();
  }

  /** Returns false if the caller has given up. */
  private boolean make() {
    if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
      return false;
    }
    try {
      call.run();
    } catch (Throwable e) {
      failure = e;
    }
    return true;
  }

  private void finish() {
    state.set(State.DONE);
    wakeCaller();
  }
}

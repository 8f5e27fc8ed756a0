package io.github.conv4j.internal.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call whose work comes in parts, done by the caller and by as many helpers as the budget
 * spares. Made once and used for one call after the other, so that a call allocates nothing.
 *
 * <p>The caller never waits for a helper that has not begun: an invitation that nobody took yet is
 * withdrawn when the parts have run out. It always waits for those that have: whatever goes wrong,
 * nobody touches the caller's memory after {@link #run} has returned or thrown.
 */
public abstract class PartedCall implements Task {
  /** How long a caller watches for the last helper before it parks. */
  private static final int SPINS = 2_000;

  /** How long a caller sleeps before it looks whether a wake-up was lost to some error. */
  private static final long RECHECK_NANOS = 100_000_000;

  private final Budget budget;
  private final AtomicInteger nextPart = new AtomicInteger();
  private final AtomicInteger helping = new AtomicInteger();
  private final @Nullable Worker[] invited;
  private int invitedCount;
  private int partCount;
  private volatile @Nullable Thread parkedCaller;
  private final AtomicReference<@Nullable Throwable> helperFailure = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> helperLack = new AtomicReference<>();

  /** Creates a call for callers that hold a permit of {@code budget}. */
  protected PartedCall(Budget budget) {
    this.budget = budget;
    this.invited = new Worker[budget.threads() - 1];
  }

  /**
   * Computes parts until {@link #takePart} has none left; runs on the caller's thread and on those
   * of helpers at the same time.
   *
   * @return how many parts this thread has computed
   */
  protected abstract int work(boolean caller);

  /** Returns the next part for this thread, or -1. */
  protected final int takePart(boolean caller) {
    if (!caller && budget.isWanted()) {
      return -1;
    }
    int part = nextPart.getAndIncrement();
    return part < partCount ? part : -1;
  }

  /** Keeps why a helper takes no part, in case that the call fails too. */
  protected final void helperGaveUp(Throwable lack) {
    helperLack.compareAndSet(null, lack);
  }

  /** Computes all parts. The calling thread holds a permit of the budget and takes part itself. */
  public final void run(int parts) {
    StackReserve.require();
    partCount = parts;
    helperFailure.set(null);
    helperLack.set(null);
    nextPart.set(0);
    invitedCount = 0;
    Throwable failure = null;
    try {
      invite(Math.min(budget.spare(), parts - 1));
      work(true);
    } catch (Throwable e) {
      nextPart.set(partCount);
      failure = e;
    }
    withdraw();
    awaitHelpers();
    rethrow(failure, helperFailure.getAndSet(null), helperLack.getAndSet(null));
  }

  private void invite(int wanted) {
    while (invitedCount < wanted && budget.tryAcquireForHelper()) {
      Worker worker = null;
      try {
        worker = HelperPool.claim();
      } finally {
        if (worker == null) {
          budget.giveBack();
        }
      }
      if (worker == null) {
        break;
      }
      helping.incrementAndGet();
      invited[invitedCount++] = worker;
      worker.offer(this);
    }
  }

  private void withdraw() {
    for (int i = 0; i < invitedCount; i++) {
      Worker worker = invited[i];
      invited[i] = null;
      if (worker != null && worker.withdraw(this)) {
        helping.decrementAndGet();
        HelperPool.release(worker);
        budget.giveBack();
      }
    }
  }

  private void awaitHelpers() {
    for (int i = 0; i < SPINS && helping.get() > 0; i++) {
      Thread.onSpinWait();
    }
    if (helping.get() == 0) {
      return;
    }
    boolean interrupted = false;
    parkedCaller = Thread.currentThread();
    while (helping.get() > 0) {
      try {
        LockSupport.parkNanos(this, RECHECK_NANOS);
      } catch (Throwable cannotPark) {
        Thread.onSpinWait();
      }
      interrupted |= Thread.interrupted();
    }
    parkedCaller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public final Budget budget() {
    return budget;
  }

  /** A helper's share, on its thread; the budget's permit was taken for it. */
  @Override
  public final void perform(Worker worker) {
    try {
      budget.countHelpedParts(work(false));
    } catch (Throwable e) {
      nextPart.set(partCount);
      helperFailure.compareAndSet(null, e);
    } finally {
      // Idle before its permit is free and the caller goes on: the next call shall find this
      // worker.
      HelperPool.release(worker);
      try {
        budget.giveBack();
      } finally {
        leave();
      }
    }
  }

  /** The helper's last word: the caller may use this object again afterwards. */
  private void leave() {
    if (helping.decrementAndGet() == 0) {
      Thread caller = parkedCaller;
      if (caller != null) {
        LockSupport.unpark(caller);
      }
    }
  }

  private static void rethrow(
      @Nullable Throwable own, @Nullable Throwable helpers, @Nullable Throwable lack) {
    Throwable first = own == null ? helpers : own;
    if (first == null) {
      return;
    }
    suppress(first, helpers);
    suppress(first, lack);
    switch (first) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("parts throw no checked exceptions", first);
    }
  }

  private static void suppress(Throwable first, @Nullable Throwable other) {
    if (other != null && other != first) {
      first.addSuppressed(other);
    }
  }
}

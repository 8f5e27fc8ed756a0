package io.github.conv4j.internal.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call whose work comes in parts, done by the caller and by as many helpers as the budget
 * spares. Made once and used for one call after the other, so that a call allocates nothing.
 *
 * <p>The caller never waits for a helper that has not begun: an invitation that nobody took yet is
 * withdrawn when the parts have run out.
 */
public abstract class PartedCall implements Task {
  /** How long a caller watches for the last helper before it parks. */
  private static final int SPINS = 2_000;

  private final Budget budget;
  private final AtomicInteger nextPart = new AtomicInteger();
  private final AtomicInteger helping = new AtomicInteger();
  private final @Nullable Worker[] invited;
  private int invitedCount;
  private int partCount;
  private volatile @Nullable Thread parkedCaller;
  private volatile @Nullable Throwable failure;

  /** Creates a call for callers that hold a permit of {@code budget}. */
  protected PartedCall(Budget budget) {
    this.budget = budget;
    this.invited = new Worker[budget.threads() - 1];
  }

  /**
   * Computes parts until {@link #takePart} has none left; runs on the caller's thread and on those
   * of helpers at the same time.
   */
  protected abstract void work(boolean caller);

  /** Returns the next part for this thread, or -1. */
  protected final int takePart(boolean caller) {
    if (!caller && budget.isWanted()) {
      return -1;
    }
    int part = nextPart.getAndIncrement();
    return part < partCount ? part : -1;
  }

  /** Computes all parts. The calling thread holds a permit of the budget and takes part itself. */
  public final void run(int parts) {
    partCount = parts;
    failure = null;
    nextPart.set(0);
    invitedCount = 0;
    try {
      invite(Math.min(budget.spare(), parts - 1));
      work(true);
    } catch (Throwable e) {
      nextPart.set(partCount);
      throw e;
    } finally {
      dismiss();
    }
    Throwable thrown = failure;
    failure = null;
    rethrow(thrown);
  }

  private void invite(int wanted) {
    while (invitedCount < wanted && budget.tryEnterHelper()) {
      Worker worker = HelperPool.claim();
      if (worker == null) {
        budget.release();
        break;
      }
      invited[invitedCount++] = worker;
      helping.incrementAndGet();
      worker.offer(this);
    }
  }

  private void dismiss() {
    for (int i = 0; i < invitedCount; i++) {
      Worker worker = invited[i];
      invited[i] = null;
      if (worker != null && worker.withdraw(this)) {
        helping.decrementAndGet();
        budget.release();
        HelperPool.release(worker);
      }
    }
    for (int i = 0; i < SPINS && helping.get() > 0; i++) {
      Thread.onSpinWait();
    }
    if (helping.get() > 0) {
      parkUntilAlone();
    }
  }

  private void parkUntilAlone() {
    boolean interrupted = false;
    parkedCaller = Thread.currentThread();
    while (helping.get() > 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    parkedCaller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A helper's share, on its thread; the budget's permit was taken for it. */
  private void help() {
    try {
      work(false);
    } catch (Throwable e) {
      failure = e;
      nextPart.set(partCount);
    }
  }

  @Override
  public final Budget budget() {
    return budget;
  }

  @Override
  public final void perform(Worker worker) {
    help();
    try {
      // Idle before its permit is free and the caller goes on: the next call shall find this
      // worker.
      HelperPool.release(worker);
      budget.release();
    } finally {
      leave();
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

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("parts throw no checked exceptions", failure);
    }
  }
}

package io.github.conv4j.internal.prepared;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The working memory of concurrent threads: each claims a slot for one call, none is bound to a
 * thread. Whoever claims holds a permit of the engine's budget, so that there are never more slots
 * than the budget has permits.
 *
 * <p>The first idle slot is claimed, so that those beyond what recent calls needed at once stay
 * untouched; {@link IdleSlots} has them closed.
 */
final class Slots<S extends AutoCloseable> {
  /** How long {@link #close} waits before it says so; tests have no time. */
  static final AtomicLong LONG_WAIT_NANOS = new AtomicLong(10_000_000_000L);

  /** Working memory, and when it was last used. */
  static final class Slot<S> {
    private final S memory;

    /** The {@link IdleSlots#period} in which the slot was last claimed. */
    private int usedIn;

    private Slot(S memory) {
      this.memory = memory;
    }

    S memory() {
      return memory;
    }
  }

  private final Supplier<S> factory;

  /** What each slot holds from the start. */
  private final long slotByteSize;

  /** Tells what all slots together have taken since. */
  private final LongSupplier laterByteSize;

  private final IntSupplier clock;
  private final AtomicReferenceArray<@Nullable Slot<S>> idle;

  /** How many slots there are, idle or claimed. */
  private final AtomicInteger count = new AtomicInteger(1);

  /** Whether {@link IdleSlots} looks after this. */
  private final AtomicBoolean watched = new AtomicBoolean();

  /** Held while an idle slot is being closed that nobody waits for. */
  private final Object trimming = new Object();

  private volatile boolean closed;
  private volatile @Nullable Thread closer;

  Slots(int limit, Supplier<S> factory) {
    this(limit, factory, IdleSlots::period);
  }

  /** Tells the period by another clock. */
  Slots(int limit, Supplier<S> factory, IntSupplier clock) {
    this(limit, factory, clock, () -> 0);
  }

  private Slots(int limit, Supplier<S> factory, IntSupplier clock, LongSupplier laterByteSize) {
    this.factory = factory;
    this.laterByteSize = laterByteSize;
    this.clock = clock;
    this.idle = new AtomicReferenceArray<>(limit);
    // The first slot now: what can fail for want of memory fails in prepare.
    S first = factory.get();
    this.slotByteSize = ByteSized.of(first);
    this.idle.set(0, new Slot<>(first));
  }

  /**
   * Returns slots that take more memory while they are used.
   *
   * @param laterByteSize tells the bytes that all of them together have taken since they were made
   */
  static <S extends AutoCloseable> Slots<S> growing(
      int limit, Supplier<S> factory, LongSupplier laterByteSize) {
    return new Slots<>(limit, factory, IdleSlots::period, laterByteSize);
  }

  /**
   * Claims a slot for a call.
   *
   * @throws IllegalStateException if this is closed
   */
  Slot<S> claim() {
    // First: between having a slot and returning it nothing may need more stack.
    int period = clock.getAsInt();
    Slot<S> slot = claimIdle();
    if (slot == null) {
      slot = create(false);
    }
    if (closed) {
      release(slot);
      throw closed();
    }
    slot.usedIn = period;
    return slot;
  }

  /**
   * Claims a slot for a helper of a call: that call was let in, so {@link #close} waits for it and
   * for its helpers.
   */
  Slot<S> claimForHelper() {
    int period = clock.getAsInt();
    Slot<S> slot = claimIdle();
    if (slot == null) {
      slot = create(true);
    }
    slot.usedIn = period;
    return slot;
  }

  private @Nullable Slot<S> claimIdle() {
    for (int i = 0; i < idle.length(); i++) {
      Slot<S> slot = idle.get(i);
      if (slot != null && idle.compareAndSet(i, slot, null)) {
        return slot;
      }
    }
    return null;
  }

  private Slot<S> create(boolean forHelper) {
    // Counted before the look at closed: either this sees that it is closed, or close waits.
    count.incrementAndGet();
    S memory = null;
    try {
      if (closed && !forHelper) {
        throw closed();
      }
      memory = factory.get();
      var slot = new Slot<>(memory);
      if (watched.compareAndSet(false, true) && !IdleSlots.watch(this)) {
        // Whoever makes the next slot tries again.
        watched.set(false);
      }
      return slot;
    } catch (Throwable e) {
      try {
        if (memory != null) {
          Quietly.close(memory);
        }
      } finally {
        forgetOne();
      }
      throw e;
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the prepared convolution is closed");
  }

  void release(Slot<S> slot) {
    for (int i = 0; !idle.compareAndSet(i, null, slot); i = (i + 1) % idle.length()) {
      Thread.onSpinWait();
    }
    if (closed) {
      wakeCloser();
    }
  }

  /** Returns the bytes that all slots hold. */
  long byteSize() {
    return count() * slotByteSize + laterByteSize.getAsLong();
  }

  /** Returns how many slots there are. */
  int count() {
    return count.get();
  }

  /**
   * Closes idle slots, but not the last, that were used neither in this period nor in the one
   * before.
   *
   * @return whether there may be more to close in a later period
   */
  boolean trim(int period) {
    for (int i = idle.length() - 1; i >= 0 && count.get() > 1; i--) {
      Slot<S> slot = idle.get(i);
      // What is taken here is never put back: whoever found nothing meanwhile made another, and
      // then there would be more slots than places.
      if (slot != null && period - slot.usedIn > 1) {
        synchronized (trimming) {
          if (idle.compareAndSet(i, slot, null)) {
            Quietly.close(slot.memory);
            forgetOne();
          }
        }
      }
    }
    if (count.get() > 1) {
      return true;
    }
    watched.set(false);
    return count.get() > 1 && watched.compareAndSet(false, true);
  }

  /**
   * Closes every slot that is idle, and waits for no other: for what is garbage, whose slots are
   * idle unless a call has lost one to an error.
   */
  void closeIdleForGood() {
    closed = true;
    synchronized (trimming) {
      closeIdle();
    }
    if (watched.get()) {
      IdleSlots.forget(this);
    }
  }

  private void forgetOne() {
    count.decrementAndGet();
    wakeCloser();
  }

  private void wakeCloser() {
    Thread waiting = closer;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /**
   * Waits for the calls in flight, then closes every slot; later claims are refused. One warning
   * says that it takes long: a call whose stack ended may have kept its slot for ever.
   *
   * @param problem what is closed, for the warning
   */
  synchronized void close(String problem) {
    closed = true;
    boolean interrupted = false;
    boolean warned = false;
    long begin = System.nanoTime();
    long longWait = LONG_WAIT_NANOS.get();
    closer = Thread.currentThread();
    closeIdle();
    while (count.get() > 0) {
      if (warned) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, longWait - (System.nanoTime() - begin));
      }
      interrupted |= Thread.interrupted();
      closeIdle();
      if (!warned && count.get() > 0 && System.nanoTime() - begin >= longWait) {
        warned = true;
        Quietly.warn(
            "closing a prepared %s has waited %d s for calls in flight, and goes on waiting"
                .formatted(problem, longWait / 1_000_000_000));
      }
    }
    closer = null;
    if (watched.get()) {
      IdleSlots.forget(this);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeIdle() {
    for (Slot<S> slot = claimIdle(); slot != null; slot = claimIdle()) {
      Quietly.close(slot.memory);
      count.decrementAndGet();
    }
  }
}

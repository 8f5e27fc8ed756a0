package io.github.conv4j.internal.prepared;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The working memory of concurrent threads: each claims a slot for one call, none is bound to a
 * thread. Whoever claims holds a permit of the engine's budget, so that there are never more slots
 * than the budget has permits.
 */
final class Slots<S extends AutoCloseable> {
  private final Supplier<S> factory;
  private final AtomicReferenceArray<@Nullable S> idle;

  /** How many slots there are, idle or claimed. */
  private final AtomicInteger count = new AtomicInteger(1);

  private volatile boolean closed;
  private volatile @Nullable Thread closer;

  Slots(int limit, Supplier<S> factory) {
    this.factory = factory;
    this.idle = new AtomicReferenceArray<>(limit);
    // The first slot now: what can fail for want of memory fails in prepare.
    this.idle.set(0, factory.get());
  }

  /**
   * Claims a slot for a call.
   *
   * @throws IllegalStateException if this is closed
   */
  S claim() {
    S slot = claimIdle();
    if (slot == null) {
      slot = create(false);
    }
    if (closed) {
      release(slot);
      throw closed();
    }
    return slot;
  }

  /**
   * Claims a slot for a helper of a call: that call was let in, so {@link #close} waits for it and
   * for its helpers.
   */
  S claimForHelper() {
    S slot = claimIdle();
    return slot != null ? slot : create(true);
  }

  private @Nullable S claimIdle() {
    for (int i = 0; i < idle.length(); i++) {
      S slot = idle.get(i);
      if (slot != null && idle.compareAndSet(i, slot, null)) {
        return slot;
      }
    }
    return null;
  }

  private S create(boolean forHelper) {
    // Counted before the look at closed: either this sees that it is closed, or close waits.
    count.incrementAndGet();
    try {
      if (closed && !forHelper) {
        throw closed();
      }
      return factory.get();
    } catch (Throwable e) {
      count.decrementAndGet();
      wakeCloser();
      throw e;
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the prepared convolution is closed");
  }

  void release(S slot) {
    for (int i = 0; !idle.compareAndSet(i, null, slot); i = (i + 1) % idle.length()) {
      Thread.onSpinWait();
    }
    if (closed) {
      wakeCloser();
    }
  }

  private void wakeCloser() {
    Thread waiting = closer;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /** Waits for the calls in flight, then closes every slot; later claims are refused. */
  synchronized void close() {
    closed = true;
    boolean interrupted = false;
    closer = Thread.currentThread();
    closeIdle();
    while (count.get() > 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
      closeIdle();
    }
    closer = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeIdle() {
    for (S slot = claimIdle(); slot != null; slot = claimIdle()) {
      Quietly.close(slot);
      count.decrementAndGet();
    }
  }
}

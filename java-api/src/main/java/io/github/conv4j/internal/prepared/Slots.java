package io.github.conv4j.internal.prepared;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * The working memory of concurrent callers: each claims a slot for one call, none is bound to a
 * thread. At most {@code limit} calls run at once, the others wait in fair order.
 */
final class Slots<S extends AutoCloseable> {
  private final int limit;
  private final Supplier<S> factory;
  private final Semaphore permits;
  private final AtomicReferenceArray<S> idle;
  private volatile boolean closed;

  Slots(int limit, Supplier<S> factory) {
    this.limit = limit;
    this.factory = factory;
    this.permits = new Semaphore(limit, true);
    this.idle = new AtomicReferenceArray<>(limit);
    // The first slot now: what can fail for want of memory fails in prepare.
    this.idle.set(0, factory.get());
  }

  S claim() {
    permits.acquireUninterruptibly();
    try {
      if (closed) {
        throw new IllegalStateException("the prepared convolution is closed");
      }
      for (int i = 0; i < limit; i++) {
        S slot = idle.getPlain(i);
        if (slot != null && idle.compareAndSet(i, slot, null)) {
          return slot;
        }
      }
      return factory.get();
    } catch (Throwable e) {
      permits.release();
      throw e;
    }
  }

  void release(S slot) {
    for (int i = 0; !idle.compareAndSet(i, null, slot); i = (i + 1) % limit) {
      Thread.onSpinWait();
    }
    permits.release();
  }

  /** Waits for the calls in flight, then closes every slot; later claims are refused. */
  void close() {
    closed = true;
    permits.acquireUninterruptibly(limit);
    try {
      for (int i = 0; i < limit; i++) {
        S slot = idle.getAndSet(i, null);
        if (slot != null) {
          Quietly.close(slot);
        }
      }
    } finally {
      permits.release(limit);
    }
  }
}

package io.github.conv4j.internal.parallel;

import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many threads compute at once for one engine: its callers and the pool's helpers together.
 * Callers beyond it wait in fair order; helpers never wait, and leave early when a caller does.
 *
 * <p>A caller that waits lets a thread of the pool make its call, where it can: threads that
 * already compute go on with the next call in the queue, while waking another thread up for each
 * would leave a processor idle for a tenth of a millisecond.
 */
public final class Budget {
  /** After callers have met, permits are kept free for the next of them for so long. */
  private static final long CROWD_NANOS = 5_000_000;

  private final int threads;

  /** Places that nobody holds; the queue decides who may take them. */
  private final Semaphore permits;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<QueuedCall> queue = new ArrayDeque<>();

  /** The length of the queue; written under the lock. */
  private volatile int queued;

  /** How many callers are inside or waiting. */
  private final AtomicInteger callers = new AtomicInteger();

  private volatile int crowd;
  private volatile long crowdNanos;

  /** Creates a budget of at least one thread. */
  public Budget(int threads) {
    this.threads = threads;
    this.permits = new Semaphore(threads);
  }

  /** Returns how many threads may compute at once. */
  public int threads() {
    return threads;
  }

  /** Takes a permit for the calling thread if one is free and nobody waits. */
  public boolean tryEnter() {
    int now = callers.incrementAndGet();
    if (now > 1) {
      noteCrowd(now);
    }
    if (queued == 0 && permits.tryAcquire()) {
      return true;
    }
    callers.decrementAndGet();
    return false;
  }

  /** Takes a permit for the calling thread; waits in fair order until there is one. */
  public void enter() {
    if (!tryEnter()) {
      var queuedCall = new QueuedCall(null);
      callers.incrementAndGet();
      queuedCall.await(this);
    }
  }

  /**
   * Has a call made in fair order by a thread of the pool, and waits for its end; or gets a permit
   * for the calling thread, which then makes the call itself.
   *
   * @return whether the call was made; if not, the calling thread has a permit and must {@link
   *     #exit}
   */
  public boolean delegate(Runnable call) {
    var queuedCall = new QueuedCall(call);
    callers.incrementAndGet();
    boolean done = queuedCall.await(this);
    if (done) {
      callers.decrementAndGet();
      queuedCall.rethrow();
    }
    return done;
  }

  /** Gives back the permit that {@link #enter} or {@link #delegate} took. */
  public void exit() {
    callers.decrementAndGet();
    release();
  }

  private void noteCrowd(int now) {
    long nanos = System.nanoTime();
    if (now >= crowd || nanos - crowdNanos > CROWD_NANOS) {
      crowd = now;
      crowdNanos = nanos;
    }
  }

  /**
   * Returns how many helpers a call should ask for: none where other callers were just seen to fill
   * the budget, since a helper with their permit would only make them wait.
   */
  public int spare() {
    if (threads == 1) {
      return 0;
    }
    int others = Math.max(1, callers.get());
    if (crowd > 1 && System.nanoTime() - crowdNanos < CROWD_NANOS) {
      others = Math.max(others, crowd);
    }
    return Math.max(0, threads - others);
  }

  /**
   * Puts someone at the end of the queue; serves the first if a permit has become free meanwhile.
   */
  void enqueue(QueuedCall queuedCall) {
    QueuedCall first;
    lock.lock();
    try {
      queue.add(queuedCall);
      queued = queue.size();
      // Whoever gave back a permit before the line above may not have seen the queue.
      first = permits.tryAcquire() ? poll() : null;
    } finally {
      lock.unlock();
    }
    if (first == queuedCall) {
      queuedCall.keepPermit();
    } else if (first != null) {
      first.serve(this);
    }
  }

  private QueuedCall poll() {
    QueuedCall first = queue.remove();
    queued = queue.size();
    return first;
  }

  /** Gives a permit back, or to the first in the queue. */
  void release() {
    if (queued > 0) {
      QueuedCall next = next();
      if (next != null) {
        next.serve(this);
        return;
      }
    }
    permits.release();
    if (queued > 0) {
      QueuedCall next = nextWithPermit();
      if (next != null) {
        next.serve(this);
      }
    }
  }

  /** Returns the first in the queue, for whom the calling thread has a permit. */
  @Nullable QueuedCall next() {
    lock.lock();
    try {
      return queue.isEmpty() ? null : poll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable QueuedCall nextWithPermit() {
    lock.lock();
    try {
      return !queue.isEmpty() && permits.tryAcquire() ? poll() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a permit for a helper if there is one that no caller waits for. */
  boolean tryEnterHelper() {
    return queued == 0 && permits.tryAcquire();
  }

  /** Whether a caller waits for a permit. */
  boolean isWanted() {
    return queued > 0;
  }

  /** Whether one more thread could compute now. */
  boolean hasRoom() {
    return permits.availablePermits() > 0;
  }
}

package io.github.conv4j.internal.parallel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many threads compute at once for one engine: its callers and the pool's helpers together.
 * Callers beyond it wait in a queue, in fair order; helpers never wait, and leave early when a
 * caller does.
 *
 * <p>A caller that waits lets a thread of the pool make its call, where it can: threads that
 * already compute go on with the next call in the queue, while waking another thread up for each
 * would leave a processor idle for a tenth of a millisecond.
 */
public final class Budget {
  /** After callers have met, permits are kept free for the next of them for so long. */
  private static final long CROWD_NANOS = 5_000_000;

  private final int threads;
  private final int queueLimit;

  /** Permits that nobody holds. Nobody takes one past the queue. */
  private final AtomicInteger permits;

  private final ReentrantLock lock = new ReentrantLock();
  private final CallQueue queue = new CallQueue();

  /** The length of the queue; written under the lock. */
  private volatile int queued;

  /** How many callers are inside or waiting. */
  private final AtomicInteger callers = new AtomicInteger();

  private volatile int crowd;
  private volatile long crowdNanos;

  private final AtomicLong helpedParts = new AtomicLong();

  /** Creates a budget of at least one thread with a queue for everybody. */
  public Budget(int threads) {
    this(threads, Integer.MAX_VALUE);
  }

  /**
   * Creates a budget of at least one thread.
   *
   * @param queueLimit how many callers may wait at once, 0 or more
   */
  public Budget(int threads, int queueLimit) {
    this.threads = threads;
    this.queueLimit = queueLimit;
    this.permits = new AtomicInteger(threads);
  }

  /** Ends the helpers that have nothing to do, of all budgets; for who closes an engine. */
  public static void dismissIdleHelpers() {
    HelperPool.dismissIdle();
  }

  /** Returns how many threads may compute at once. */
  public int threads() {
    return threads;
  }

  /** Returns how many callers may wait at once. */
  public int queueLimit() {
    return queueLimit;
  }

  /** Takes a permit for the calling thread if one is free and nobody waits. */
  public boolean tryAcquire() {
    int now = callers.incrementAndGet();
    if (now > 1) {
      noteCrowd(now);
    }
    if (queued == 0 && takePermit()) {
      return true;
    }
    callers.decrementAndGet();
    return false;
  }

  private boolean takePermit() {
    for (int free = permits.get(); free > 0; free = permits.get()) {
      if (permits.compareAndSet(free, free - 1)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Waits in fair order after {@link #tryAcquire} failed.
   *
   * @param call what a thread of the pool may do in place of the calling thread; null where only
   *     the calling thread can
   * @param longestWait how long to wait for a thread to begin; null for as long as it takes
   * @return {@link Admission#PERMIT} where the calling thread must make the call, and {@link
   *     #release} the permit
   */
  public Admission await(@Nullable Runnable call, @Nullable Duration longestWait) {
    var queuedCall = new QueuedCall(this, call == null ? Budget::nothing : call);
    return await(queuedCall, call != null, longestWait);
  }

  /**
   * Does what {@link #await(Runnable, Duration)} does with what can be used again.
   *
   * @param queuedCall of this budget, in which nobody waits
   * @param mayMove whether a thread of the pool may make the call
   */
  public Admission await(QueuedCall queuedCall, boolean mayMove, @Nullable Duration longestWait) {
    callers.incrementAndGet();
    Admission admission = null;
    try {
      admission = queuedCall.await(mayMove, longestWait);
    } finally {
      if (admission != Admission.PERMIT) {
        callers.decrementAndGet();
      }
    }
    if (admission == Admission.DONE) {
      queuedCall.rethrow();
    }
    return admission;
  }

  private static void nothing() {}

  /** Gives back the calling thread's permit. It needs no more stack for that than taking it did. */
  public void release() {
    permits.incrementAndGet();
    callers.decrementAndGet();
    if (queued > 0) {
      dispatch();
    }
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

  /** Tells whether no caller is inside or waits. */
  public boolean isIdle() {
    return callers.get() == 0;
  }

  /** Returns how many parts of calls helpers have computed so far. */
  public long helpedParts() {
    return helpedParts.get();
  }

  /** Returns how many permits are held, by callers and helpers. */
  public int held() {
    return threads - permits.get();
  }

  /** Returns how many callers wait. */
  public int queued() {
    return queued;
  }

  void countHelpedParts(int parts) {
    helpedParts.addAndGet(parts);
  }

  /** Puts a call at the end of the queue; false if that is full. */
  boolean enqueue(QueuedCall call) {
    lock.lock();
    try {
      if (queue.size() >= queueLimit) {
        return false;
      }
      queue.add(call);
      queued = queue.size();
    } finally {
      lock.unlock();
    }
    // Whoever gave back a permit before the line above may not have seen the queue.
    dispatch();
    return true;
  }

  /** Takes a call that gave up out of the queue. */
  void remove(QueuedCall call) {
    lock.lock();
    try {
      queue.remove(call);
      queued = queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the first out of the queue, for whom the calling thread has a permit. */
  @Nullable QueuedCall poll() {
    if (queued == 0) {
      return null;
    }
    lock.lock();
    try {
      QueuedCall first = queue.poll();
      queued = queue.size();
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** Gives back a permit that is not a caller's; then lets those who wait have it. */
  void giveBack() {
    permits.incrementAndGet();
    dispatch();
  }

  /** Gives free permits to those who wait. */
  void dispatch() {
    try {
      // Who is out of the queue must get its permit: nobody looks for it there any more.
      StackReserve.require();
      while (queued > 0 && takePermit()) {
        boolean given = false;
        try {
          given = serveFirst();
        } finally {
          if (!given) {
            permits.incrementAndGet();
          }
        }
      }
    } catch (Throwable e) {
      // A caller that is done must not fail for others; they look again themselves.
      HelperPool.tell("a caller in the queue could not be served at once", e);
    }
  }

  /** Returns whether someone took the calling thread's permit. */
  private boolean serveFirst() {
    Worker worker = firstMayMove() ? HelperPool.claim() : null;
    QueuedCall first = poll();
    if (worker != null) {
      if (first != null && first.mayMove()) {
        first.offerTo(worker);
        return true;
      }
      HelperPool.release(worker);
    }
    return first != null && first.grant();
  }

  private boolean firstMayMove() {
    lock.lock();
    try {
      QueuedCall first = queue.peek();
      return first != null && first.mayMove();
    } finally {
      lock.unlock();
    }
  }

  /** Takes a permit for a helper if there is one that no caller waits for. */
  boolean tryAcquireForHelper() {
    return queued == 0 && takePermit();
  }

  /** Whether a caller waits for a permit. */
  boolean isWanted() {
    return queued > 0;
  }

  /** Whether one more thread could compute now. */
  boolean hasRoom() {
    return permits.get() > 0;
  }
}

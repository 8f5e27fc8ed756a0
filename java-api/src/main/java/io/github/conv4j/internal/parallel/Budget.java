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
  /** After callers have met, places are kept free for the next of them for so long. */
  private static final long CROWD_NANOS = 5_000_000;

  private final int threads;

  /** Places that nobody holds; the queue decides who may take them. */
  private final Semaphore places;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

  /** The length of the queue; written under the lock. */
  private volatile int queued;

  /** How many callers are inside or waiting. */
  private final AtomicInteger callers = new AtomicInteger();

  private volatile int crowd;
  private volatile long crowdNanos;

  /** Creates a budget of at least one thread. */
  public Budget(int threads) {
    this.threads = threads;
    this.places = new Semaphore(threads);
  }

  /** Returns how many threads may compute at once. */
  public int threads() {
    return threads;
  }

  /** Takes a place for the calling thread if one is free and nobody waits. */
  public boolean tryEnter() {
    int now = callers.incrementAndGet();
    if (now > 1) {
      noteCrowd(now);
    }
    if (queued == 0 && places.tryAcquire()) {
      return true;
    }
    callers.decrementAndGet();
    return false;
  }

  /** Takes a place for the calling thread; waits in fair order until there is one. */
  public void enter() {
    if (!tryEnter()) {
      var waiting = new Waiting(null);
      callers.incrementAndGet();
      waiting.await(this);
    }
  }

  /**
   * Has a call made in fair order by a thread of the pool, and waits for its end; or gets a place
   * for the calling thread, which then makes the call itself.
   *
   * @return whether the call was made; if not, the calling thread has a place and must {@link
   *     #exit}
   */
  public boolean delegate(Runnable call) {
    var waiting = new Waiting(call);
    callers.incrementAndGet();
    boolean done = waiting.await(this);
    if (done) {
      callers.decrementAndGet();
      waiting.rethrow();
    }
    return done;
  }

  /** Gives back the place that {@link #enter} or {@link #delegate} took. */
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
   * the budget, since a helper in their place would only make them wait.
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
   * Puts someone at the end of the queue; serves the first if a place has become free meanwhile.
   */
  void enqueue(Waiting waiting) {
    Waiting first;
    lock.lock();
    try {
      queue.add(waiting);
      queued = queue.size();
      // Whoever gave back a place before the line above may not have seen the queue.
      first = places.tryAcquire() ? poll() : null;
    } finally {
      lock.unlock();
    }
    if (first == waiting) {
      waiting.keepPlace();
    } else if (first != null) {
      first.serve(this);
    }
  }

  private Waiting poll() {
    Waiting first = queue.remove();
    queued = queue.size();
    return first;
  }

  /** Gives a place back, or to the first in the queue. */
  void release() {
    if (queued > 0) {
      Waiting next = next();
      if (next != null) {
        next.serve(this);
        return;
      }
    }
    places.release();
    if (queued > 0) {
      Waiting next = nextWithPlace();
      if (next != null) {
        next.serve(this);
      }
    }
  }

  /** Returns the first in the queue, for whom the calling thread has a place. */
  @Nullable Waiting next() {
    lock.lock();
    try {
      return queue.isEmpty() ? null : poll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Waiting nextWithPlace() {
    lock.lock();
    try {
      return !queue.isEmpty() && places.tryAcquire() ? poll() : null;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a place for a helper if there is one that no caller waits for. */
  boolean tryEnterHelper() {
    return queued == 0 && places.tryAcquire();
  }

  /** Whether a caller waits for a place. */
  boolean isWanted() {
    return queued > 0;
  }

  /** Whether one more thread could compute now. */
  boolean hasRoom() {
    return places.availablePermits() > 0;
  }
}

package io.github.conv4j.internal.parallel;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads compute at once for one engine: its callers and the pool's helpers together.
 * Callers beyond it wait in fair order; helpers never wait, and leave early when a caller does.
 */
public final class Budget {
  /** After callers have met, places are kept free for the next of them for so long. */
  private static final long CROWD_NANOS = 5_000_000;

  private final int threads;
  private final Semaphore places;

  /** How many callers are inside or waiting. */
  private final AtomicInteger callers = new AtomicInteger();

  private volatile int crowd;
  private volatile long crowdNanos;

  /** Creates a budget of at least one thread. */
  public Budget(int threads) {
    this.threads = threads;
    this.places = new Semaphore(threads, true);
  }

  /** Returns how many threads may compute at once. */
  public int threads() {
    return threads;
  }

  /** Takes a place for the calling thread; waits in fair order until there is one. */
  public void enter() {
    int now = callers.incrementAndGet();
    if (now > 1) {
      noteCrowd(now);
    }
    places.acquireUninterruptibly();
  }

  /** Gives back the place that {@link #enter} took. */
  public void exit() {
    places.release();
    callers.decrementAndGet();
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

  /** Takes a place for a helper if there is one that no caller waits for. */
  boolean tryEnterHelper() {
    return !places.hasQueuedThreads() && places.tryAcquire();
  }

  void exitHelper() {
    places.release();
  }

  /** Whether a caller waits for a place. */
  boolean isWanted() {
    return places.hasQueuedThreads();
  }

  /** Whether one more thread could compute now. */
  boolean hasRoom() {
    return places.availablePermits() > 0;
  }
}

package io.github.conv4j.internal.auto;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;

/** Lets one thread of the process measure a problem while others wait for what it finds. */
final class RacesInProgress {
  /** Those of all engines. */
  static final RacesInProgress OF_THE_PROCESS = new RacesInProgress();

  private final ConcurrentMap<ChoiceKey, CountDownLatch> ends = new ConcurrentHashMap<>();

  /**
   * Begins the race of a problem, or waits for the end of the one that is in progress.
   *
   * @return whether this thread is to measure; it must call {@link #end} then. Otherwise a race has
   *     ended: look for its result, which may be missing, and come again if it is
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  boolean begin(ChoiceKey key) throws InterruptedException {
    CountDownLatch other = ends.putIfAbsent(key, new CountDownLatch(1));
    if (other == null) {
      return true;
    }
    other.await();
    return false;
  }

  /** Ends the race that this thread has begun. */
  void end(ChoiceKey key) {
    CountDownLatch latch = ends.remove(key);
    if (latch != null) {
      latch.countDown();
    }
  }
}

package io.github.conv4j.internal.auto;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one measurement run at a time, so that races of different problems do not disturb each
 * other's timing. A turn is one call or some milliseconds of short calls; who waits longest is
 * next, so that races that run at the same time alternate.
 */
final class MeasuringTurns {
  /** The turns that all engines of the process share. */
  static final MeasuringTurns OF_THE_PROCESS = new MeasuringTurns();

  private final ReentrantLock lock = new ReentrantLock(true);

  /**
   * Waits for a turn and takes it.
   *
   * @throws InterruptedException if the thread is interrupted before its turn comes
   */
  void take(Runnable measurement) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      measurement.run();
    } finally {
      lock.unlock();
    }
  }

  /** Returns about how many threads wait. */
  int waitingCount() {
    return lock.getQueueLength();
  }
}

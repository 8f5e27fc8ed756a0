package io.github.conv4j.bench.load;

import java.util.concurrent.locks.LockSupport;

/** The JVM's clock. Sleeps while far away, then spins: waking up takes tens of microseconds. */
final class SystemTicker implements Ticker {
  private static final long SPIN_NANOS = 80_000;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void waitUntil(long nanoTime) {
    long left;
    while ((left = nanoTime - System.nanoTime()) > 0) {
      if (left > 2 * SPIN_NANOS) {
        LockSupport.parkNanos(left - SPIN_NANOS);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}

package io.github.conv4j.bench.load;

/** Time that passes only when someone works or waits. For one client. */
final class FakeTicker implements Ticker {
  private long now;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized void waitUntil(long nanoTime) {
    now = Math.max(now, nanoTime);
  }

  synchronized void pass(long nanos) {
    now += nanos;
  }
}

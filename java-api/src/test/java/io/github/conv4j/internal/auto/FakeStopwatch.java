package io.github.conv4j.internal.auto;

import java.util.concurrent.atomic.AtomicLong;

/** Time and heap that only fake engines move. */
final class FakeStopwatch implements Stopwatch {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong heapBytes = new AtomicLong();

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public long heapBytes() {
    return heapBytes.get();
  }

  void advance(long by) {
    nanos.addAndGet(by);
  }

  void allocate(long bytes) {
    heapBytes.addAndGet(bytes);
  }
}

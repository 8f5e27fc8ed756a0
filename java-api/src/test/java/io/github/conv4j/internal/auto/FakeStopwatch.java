package io.github.conv4j.internal.auto;

import io.github.conv4j.internal.ready.HeapUse;
import java.util.concurrent.atomic.AtomicLong;

/** Time and heap that only fake engines move. */
final class FakeStopwatch implements Stopwatch {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong heapBytes = new AtomicLong();
  private volatile boolean isHeapUnknown;

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public long heapBytes() {
    return isHeapUnknown ? HeapUse.UNKNOWN : heapBytes.get();
  }

  /** As in a JVM without {@code jdk.management}. */
  void forgetHeap() {
    isHeapUnknown = true;
  }

  void advance(long by) {
    nanos.addAndGet(by);
  }

  void allocate(long bytes) {
    heapBytes.addAndGet(bytes);
  }
}

package io.github.conv4j.bench.load;

import io.github.conv4j.bench.contender.Entry;
import java.util.HashMap;
import java.util.Map;

/** Takes a fixed time, and may fail or change its result from some call on. */
final class FakeEntry implements Entry {
  private final FakeTicker ticker;
  private final long serviceNanos;
  private final long failingFrom;
  private final long changingFrom;
  private final Map<Long, Long> longer = new HashMap<>();
  private long calls;
  private byte[] heap = {};

  FakeEntry(FakeTicker ticker, long serviceNanos) {
    this(ticker, serviceNanos, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  FakeEntry(FakeTicker ticker, long serviceNanos, long failingFrom, long changingFrom) {
    this.ticker = ticker;
    this.serviceNanos = serviceNanos;
    this.failingFrom = failingFrom;
    this.changingFrom = changingFrom;
  }

  /** Has the n-th call, counted from 1, take so long. */
  void takeLonger(long call, long nanos) {
    longer.put(call, nanos);
  }

  /** Has each call take so much from the heap. */
  void takeFromHeap(int bytes) {
    heap = new byte[bytes];
  }

  @Override
  public void call() {
    calls++;
    heap = heap.clone();
    ticker.pass(longer.getOrDefault(calls, serviceNanos));
    if (calls >= failingFrom) {
      throw new IllegalStateException("a spring broke");
    }
  }

  @Override
  public float[] result() {
    return new float[] {1, calls >= changingFrom ? 3 : 2};
  }

  @Override
  public String implementation() {
    return "fake";
  }

  @Override
  public void close() {}
}

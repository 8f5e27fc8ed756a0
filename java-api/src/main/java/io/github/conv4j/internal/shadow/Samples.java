package io.github.conv4j.internal.shadow;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The copies of calls that wait to be compared: two at most, so that one is there when needed. */
final class Samples {
  static final int BUFFER_COUNT = 2;

  private static final double GOLDEN_RATIO = 0.6180339887498949;
  private static final long PAUSE_NANOS = 100_000;

  private final SampleBuffer[] buffers = new SampleBuffer[BUFFER_COUNT];
  private final AtomicInteger threads = new AtomicInteger();
  private final AtomicLong sampled = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /** What the largest subject needs. */
  private final AtomicLong byteSize = new AtomicLong();

  /** The buffer that is looked at first, so that none is passed over for ever. */
  private int first;

  Samples() {
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = new SampleBuffer();
    }
  }

  /**
   * Returns how many runs of a thread come before its first sample: evenly spread, since
   * convolutions of a network are run equally often, and two find room at a time.
   */
  int phase(int interval) {
    double spread = (threads.getAndIncrement() & Integer.MAX_VALUE) * GOLDEN_RATIO;
    return (int) ((spread - Math.floor(spread)) * interval);
  }

  /** Asks for room for samples of a subject; the thread that compares makes it. */
  void reserve(long bytes) {
    byteSize.accumulateAndGet(bytes, Math::max);
  }

  /** Makes room; for the thread that compares. */
  void grow() {
    long wanted = byteSize.get();
    for (SampleBuffer buffer : buffers) {
      buffer.grow(wanted);
    }
  }

  /** Copies a call if there is room; returns whether it did. */
  boolean take(Subject subject, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    for (SampleBuffer buffer : buffers) {
      if (buffer.fill(subject, src, dst, operands)) {
        sampled.getAndIncrement();
        return true;
      }
    }
    drop();
    return false;
  }

  /** Counts a call that would have been copied. */
  void drop() {
    dropped.getAndIncrement();
  }

  long sampled() {
    return sampled.get();
  }

  long dropped() {
    return dropped.get();
  }

  /** Returns a full buffer, or null; for the thread that compares. */
  @Nullable SampleBuffer next() {
    for (int i = 0; i < buffers.length; i++) {
      SampleBuffer buffer = buffers[(first + i) % buffers.length];
      if (buffer.isFull()) {
        first = (first + i + 1) % buffers.length;
        return buffer;
      }
    }
    return null;
  }

  /** Forgets what waits and frees all memory; callers that come now find no room. */
  void close() {
    for (SampleBuffer buffer : buffers) {
      while (!buffer.close()) {
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }
}

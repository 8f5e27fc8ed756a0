package io.github.conv4j.internal.auto;

import io.github.conv4j.internal.ready.HeapUse;

/** What a measurement is read from; tests bring one that they move on themselves. */
interface Stopwatch {
  /** Reads the JVM's clock and the current thread's share of the heap. */
  Stopwatch OF_THE_JVM =
      new Stopwatch() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public long heapBytes() {
          return HeapUse.bytes();
        }
      };

  /** Returns nanoseconds since some moment. */
  long nanos();

  /** Returns the bytes that this thread has taken from the heap, or {@link HeapUse#UNKNOWN}. */
  long heapBytes();
}

package io.github.conv4j.bench.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/** What threads take from the Java heap. */
final class HeapBytes {
  /** Asking for it takes from the heap itself. */
  private static final @Nullable ThreadMXBean THREADS =
      ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
              && threads.isThreadAllocatedMemorySupported()
          ? threads
          : null;

  private HeapBytes() {}

  /** Tells whether the JVM tells. */
  static boolean areKnown() {
    return THREADS != null && THREADS.isThreadAllocatedMemoryEnabled();
  }

  /** Returns what the calling thread has taken so far; 0 where the JVM does not tell. */
  static long ofThisThread() {
    ThreadMXBean threads = THREADS;
    return threads == null ? 0 : threads.getCurrentThreadAllocatedBytes();
  }
}

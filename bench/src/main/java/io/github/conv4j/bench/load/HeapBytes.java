package io.github.conv4j.bench.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What threads take from the Java heap. */
final class HeapBytes {
  private HeapBytes() {}

  /** Returns what the calling thread has taken so far; 0 where the JVM does not tell. */
  static long ofThisThread() {
    return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
        ? threads.getCurrentThreadAllocatedBytes()
        : 0;
  }
}

package io.github.conv4j.internal.ready;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the current thread has taken from the Java heap so far. Compiled kernels take nothing;
 * before that, every vector is an object.
 */
public final class HeapUse {
  /** Where the JVM does not tell: none does of a virtual thread. */
  public static final long UNKNOWN = -1;

  private static final boolean IS_KNOWN = isKnown();

  private HeapUse() {}

  /** Returns a number of bytes that only grows, or {@link #UNKNOWN}. */
  public static long bytes() {
    return IS_KNOWN ? Beans.bytes() : UNKNOWN;
  }

  private static boolean isKnown() {
    try {
      return Beans.THREADS != null;
    } catch (LinkageError _) {
      return false; // an application of modules need not contain jdk.management
    }
  }

  /** Apart, so that the rest can be linked without the beans' module. */
  private static final class Beans {
    private static final @Nullable ThreadMXBean THREADS = threads();

    private static @Nullable ThreadMXBean threads() {
      return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
              && bean.isThreadAllocatedMemorySupported()
              && bean.isThreadAllocatedMemoryEnabled()
          ? bean
          : null;
    }

    static long bytes() {
      return THREADS == null ? UNKNOWN : THREADS.getCurrentThreadAllocatedBytes();
    }
  }
}

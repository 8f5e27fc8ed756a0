package io.github.conv4j.internal.prepared;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Whether memory is confined to one thread, and to which. */
final class AnotherThread {
  private static final Thread ANY =
      Thread.ofPlatform().inheritInheritableThreadLocals(false).unstarted(() -> {});

  private AnotherThread() {}

  /** Whether every thread may use a segment. */
  static boolean mayUse(MemorySegment segment) {
    return segment.isAccessibleBy(ANY);
  }

  /**
   * Whether the calling thread may use a segment that has bytes. It reads one where not every
   * thread may: {@code isAccessibleBy} would answer too, but kernels of engine {@code vector} rely
   * on a profile in which it is asked for threads that own nothing (docs/adr/0059).
   */
  static boolean orThisMayUse(MemorySegment segment) {
    if (mayUse(segment)) {
      return true;
    }
    try {
      segment.get(JAVA_BYTE, 0);
      return true;
    } catch (WrongThreadException | IllegalStateException | IndexOutOfBoundsException e) {
      return false;
    }
  }
}

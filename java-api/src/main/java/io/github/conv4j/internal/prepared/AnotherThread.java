package io.github.conv4j.internal.prepared;

import java.lang.foreign.MemorySegment;

/** Whether memory is confined to one thread. */
final class AnotherThread {
  private static final Thread ANY = Thread.ofPlatform().unstarted(() -> {});

  private AnotherThread() {}

  /** Whether every thread may use a segment. */
  static boolean mayUse(MemorySegment segment) {
    return segment.isAccessibleBy(ANY);
  }
}

package io.github.conv4j.internal.prepared;

import java.lang.foreign.MemorySegment;

/** Whether memory is confined to one thread. */
final class AnotherThread {
  private static final Thread ANY =
      Thread.ofPlatform().inheritInheritableThreadLocals(false).unstarted(() -> {});

  private AnotherThread() {}

  /** Whether every thread may use a segment. */
  static boolean mayUse(MemorySegment segment) {
    return segment.isAccessibleBy(ANY);
  }

  /**
   * Whether a segment is confined to the calling thread, and alive: it stays so while this thread
   * is inside a call, since nobody else can close its arena.
   */
  static boolean mayBeLentTo(MemorySegment segment) {
    return segment.isAccessibleBy(Thread.currentThread()) && segment.scope().isAlive();
  }
}

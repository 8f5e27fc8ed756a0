package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.primitive.Program;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The views of callers' segments that are used in place of segments confined to one thread, where
 * such can be made. As many are kept as threads usually take turns in a slot, each with its own
 * tensors, so that only who brings more segments makes views anew.
 */
final class UnconfinedViews {
  private static final int MOST = 4;

  private final @Nullable Lent[] kept = new Lent[MOST];

  /** The one that goes next. */
  private int oldest;

  /**
   * What is used in place of segments.
   *
   * @param scope of the segments, which belong to the thread; nothing of the caller stays reachable
   */
  private record Lent(long threadId, WeakReference<MemorySegment.Scope> scope, MemorySegment view) {
    boolean standsFor(MemorySegment segment, long byThread) {
      return threadId == byThread
          && scope.refersTo(segment.scope())
          && view.address() == segment.address()
          && view.byteSize() == segment.byteSize()
          && view.isReadOnly() == segment.isReadOnly();
    }
  }

  /** Returns what every thread may use in place of a segment, or the segment itself. */
  MemorySegment of(MemorySegment segment, Program program) {
    if (AnotherThread.mayUse(segment)) {
      return segment;
    }
    long thread = Thread.currentThread().threadId();
    for (Lent lent : kept) {
      if (lent != null && lent.standsFor(segment, thread)) {
        return segment.scope().isAlive() ? lent.view() : segment;
      }
    }
    MemorySegment view = AnotherThread.orThisMayUse(segment) ? program.unconfined(segment) : null;
    if (view == null) {
      return segment;
    }
    if (segment.isReadOnly()) {
      view = view.asReadOnly();
    }
    kept[oldest] = new Lent(thread, new WeakReference<>(segment.scope()), view);
    oldest = (oldest + 1) % MOST;
    return view;
  }
}

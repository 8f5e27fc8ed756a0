package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.primitive.Program;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The views of callers' segments that are used in place of segments confined to one thread, where
 * such can be made. As many are kept as threads usually take turns in a slot, each with its own
 * tensors, so that only who brings more segments makes views anew.
 */
final class UnconfinedViews {
  private static final int MOST = 4;

  private final @Nullable MemorySegment[] kept = new MemorySegment[MOST];

  /** The one that goes next. */
  private int oldest;

  /** Returns what every thread may use in place of a segment, or the segment itself. */
  MemorySegment of(MemorySegment segment, Program program) {
    if (AnotherThread.mayUse(segment) || !AnotherThread.orThisMayUse(segment)) {
      return segment;
    }
    for (MemorySegment view : kept) {
      if (view != null
          && view.address() == segment.address()
          && view.byteSize() == segment.byteSize()) {
        return view;
      }
    }
    MemorySegment view = program.unconfined(segment);
    if (view == null) {
      return segment;
    }
    kept[oldest] = view;
    oldest = (oldest + 1) % MOST;
    return view;
  }
}

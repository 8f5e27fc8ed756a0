package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Native handles that are destroyed together, the youngest first. */
final class Handles implements AutoCloseable {
  private record Owned(MemorySegment handle, Consumer<MemorySegment> destroyer) {}

  private final Deque<Owned> owned = new ArrayDeque<>();

  /** Takes over a handle that was just created. */
  MemorySegment own(MemorySegment handle, Consumer<MemorySegment> destroyer) {
    owned.push(new Owned(handle, destroyer));
    return handle;
  }

  @Override
  public void close() {
    RuntimeException first = null;
    while (!owned.isEmpty()) {
      Owned next = owned.pop();
      try {
        next.destroyer().accept(next.handle());
      } catch (DnnlStatusException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}

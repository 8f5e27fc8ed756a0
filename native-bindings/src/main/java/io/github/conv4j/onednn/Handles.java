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

  /** Destroys all of them, whatever destroying one of them throws; throws the first of that. */
  @Override
  public void close() {
    Throwable first = null;
    while (!owned.isEmpty()) {
      Owned next = owned.pop();
      try {
        next.destroyer().accept(next.handle());
      } catch (Throwable e) {
        if (first == null) {
          first = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }
}

package io.github.conv4j.internal.prepared;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one prepared convolution owns. Kept apart from it so that a cleaner, and the engine, can
 * free it without keeping the prepared convolution reachable.
 */
final class Holdings<S extends AutoCloseable> {
  private final String problem;
  private final Slots<S> slots;
  private final AutoCloseable packed;
  private volatile long entry;
  private final AtomicBoolean closed = new AtomicBoolean();

  Holdings(String problem, Slots<S> slots, AutoCloseable packed) {
    this.problem = problem;
    this.slots = slots;
    this.packed = packed;
  }

  /** Notes the place in the ledger. */
  void enter(long entry) {
    this.entry = entry;
  }

  long entry() {
    return entry;
  }

  String problem() {
    return problem;
  }

  Slots<S> slots() {
    return slots;
  }

  /** Returns the bytes of what all calls share. */
  long packedByteSize() {
    return ByteSized.of(packed);
  }

  /** Returns whether this call closed it. */
  boolean close() {
    slots.close(problem);
    if (!closed.compareAndSet(false, true)) {
      return false;
    }
    Quietly.close(packed);
    return true;
  }
}

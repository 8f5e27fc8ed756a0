package io.github.conv4j.internal.prepared;

import java.util.concurrent.locks.ReentrantLock;

/**
 * What one prepared convolution owns. Kept apart from it so that a cleaner, and the engine, can
 * free it without keeping the prepared convolution reachable.
 */
final class Holdings<S extends AutoCloseable> {
  private final String problem;
  private final Slots<S> slots;
  private final AutoCloseable packed;
  private volatile long entry;

  /**
   * Held until all is closed, so that the second who closes waits for the first. A composition
   * closes its parts meanwhile, and never the other way round.
   */
  private final ReentrantLock closing = new ReentrantLock();

  private boolean closed;

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

  /** Returns whether this call closed it; it is closed in any case. */
  boolean close() {
    closing.lock();
    try {
      slots.close(problem);
      return closePacked();
    } finally {
      closing.unlock();
    }
  }

  private boolean closePacked() {
    if (closed) {
      return false;
    }
    closed = true;
    Quietly.close(packed);
    return true;
  }
}

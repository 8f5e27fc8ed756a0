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

  private volatile boolean closed;

  Holdings(String problem, Slots<S> slots, AutoCloseable packed) {
    this.problem = problem;
    this.slots = slots;
    this.packed = packed;
  }

  /** Notes the entry in the ledger. */
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

  /**
   * Closes it, or waits until another thread has. The cleaner's thread waits for nobody: others
   * need it, and no call can be inside what is garbage.
   *
   * @return whether this call closed it
   */
  boolean close() {
    boolean waits = !Ledger.isCleaning();
    if (waits) {
      closing.lock();
    } else if (!closing.tryLock()) {
      return false;
    }
    try {
      if (closed) {
        return false;
      }
      if (waits) {
        slots.close(problem);
      } else {
        slots.closeIdleForGood();
      }
      closed = true;
      Quietly.close(packed);
      return true;
    } finally {
      closing.unlock();
    }
  }

  /**
   * Gives what this owns to whoever calls: {@link #close} closes nothing any more.
   *
   * @throws IllegalStateException if it is closed already
   */
  void surrender() {
    closing.lock();
    try {
      if (closed) {
        throw new IllegalStateException("a prepared " + problem + " is closed");
      }
      closed = true;
    } finally {
      closing.unlock();
    }
  }

  boolean isClosed() {
    return closed;
  }
}

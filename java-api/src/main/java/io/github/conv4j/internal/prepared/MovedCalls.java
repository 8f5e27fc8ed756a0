package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.parallel.Budget;
import org.jspecify.annotations.Nullable;

/** What calls wait with, to be used again: waiting takes nothing from the heap. */
final class MovedCalls {
  private static final int MOST_KEPT = 256;

  private @Nullable MovedCall first;
  private int size;

  /** Returns one that nobody uses. */
  MovedCall take(Budget budget) {
    synchronized (this) {
      MovedCall taken = first;
      if (taken != null) {
        first = taken.next;
        taken.next = null;
        size--;
        return taken;
      }
    }
    return new MovedCall(budget);
  }

  /** Keeps one that nobody uses any more, unless somebody might. */
  void give(MovedCall call) {
    if (!call.queued().isReusable()) {
      return;
    }
    synchronized (this) {
      if (size < MOST_KEPT) {
        call.next = first;
        first = call;
        size++;
      }
    }
  }
}

package io.github.conv4j.internal.parallel;

import org.jspecify.annotations.Nullable;

/** Calls in the order in which they came. A call that gives up leaves from where it stands. */
final class CallQueue {
  private @Nullable QueuedCall first;
  private @Nullable QueuedCall last;
  private int size;

  int size() {
    return size;
  }

  @Nullable QueuedCall peek() {
    return first;
  }

  void add(QueuedCall call) {
    call.before = last;
    if (last == null) {
      first = call;
    } else {
      last.after = call;
    }
    last = call;
    call.isLinked = true;
    size++;
  }

  @Nullable QueuedCall poll() {
    QueuedCall call = first;
    if (call != null) {
      remove(call);
    }
    return call;
  }

  /** Does nothing to a call that is not in the queue. */
  void remove(QueuedCall call) {
    if (!call.isLinked) {
      return;
    }
    if (call.before == null) {
      first = call.after;
    } else {
      call.before.after = call.after;
    }
    if (call.after == null) {
      last = call.before;
    } else {
      call.after.before = call.before;
    }
    call.before = null;
    call.after = null;
    call.isLinked = false;
    size--;
  }
}

package io.github.conv4j.internal.shadow;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What was prepared to compute calls again, the least recently used first: within a number of
 * bytes, since to close something makes every thread stop for a moment. For one thread.
 */
final class Recomputations implements AutoCloseable {
  private final long mostBytes;
  private final Map<Subject, Recomputation> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  Recomputations(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Returns what is kept for a subject, or prepares and keeps it as long as there is room. */
  Recomputation of(Subject subject, Function<Subject, Recomputation> prepare) {
    Recomputation known = kept.get(subject);
    if (known != null) {
      return known;
    }
    Recomputation prepared = prepare.apply(subject);
    subject.hold();
    kept.put(subject, prepared);
    bytes += prepared.byteSize();
    return prepared;
  }

  /** Closes what is there for subjects that nobody else holds, and what there is no room for. */
  void trim() {
    Iterator<Map.Entry<Subject, Recomputation>> all = kept.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Subject, Recomputation> each = all.next();
      if (bytes > mostBytes || each.getKey().isHeldOnce()) {
        all.remove();
        bytes -= each.getValue().byteSize();
        each.getValue().close();
        each.getKey().release();
      }
    }
  }

  @Override
  public void close() {
    kept.forEach(
        (subject, recomputation) -> {
          recomputation.close();
          subject.release();
        });
    kept.clear();
    bytes = 0;
  }
}

package io.github.conv4j.internal.prepared;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** What an engine has prepared and not yet closed; frees what was forgotten and says so. */
public final class Ledger {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final Cleaner CLEANER = Cleaner.create();

  private final String engine;
  private final ConcurrentNavigableMap<Long, Holdings<?>> open = new ConcurrentSkipListMap<>();
  private final AtomicLong entries = new AtomicLong();
  private volatile boolean closed;

  /** Creates the ledger of an engine. */
  public Ledger(String engine) {
    this.engine = engine;
  }

  /**
   * Refuses work after the engine was closed.
   *
   * @throws IllegalStateException if {@link #close} was called
   */
  public void requireOpen() {
    if (closed) {
      throw new IllegalStateException("engine " + engine + " is closed");
    }
  }

  Cleaner.Cleanable register(Object owner, Holdings<?> holdings) {
    long entry = entries.incrementAndGet();
    holdings.enter(entry);
    open.put(entry, holdings);
    Cleaner.Cleanable cleanable =
        CLEANER.register(
            owner,
            () -> {
              if (open.remove(holdings.entry()) != null && holdings.close()) {
                LOG.log(
                    Level.WARNING,
                    "engine {0}: a prepared {1} was never closed; use try-with-resources",
                    engine,
                    holdings.problem());
              }
            });
    if (closed) {
      strike(holdings);
      requireOpen();
    }
    return cleanable;
  }

  void strike(Holdings<?> holdings) {
    open.remove(holdings.entry());
    holdings.close();
  }

  /** Closes what is still open, with one warning each. Further calls do nothing. */
  public void close() {
    closed = true;
    // The youngest first: a composition is younger than its parts, waits for its calls, and closes
    // them.
    for (Holdings<?> holdings : open.descendingMap().values()) {
      if (open.remove(holdings.entry()) != null && holdings.close()) {
        LOG.log(
            Level.WARNING,
            "engine {0} is closed while a prepared {1} is open; closing it too",
            engine,
            holdings.problem());
      }
    }
  }
}

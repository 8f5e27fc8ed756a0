package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.internal.checks.RunningJdk;
import io.github.conv4j.internal.events.Events;
import io.github.conv4j.internal.parallel.Budget;
import java.lang.ref.Cleaner;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What an engine's prepared convolutions have in common: the list of those not yet closed, which
 * frees what was forgotten and says so, and the thread budget.
 */
public final class Ledger {
  private static final Cleaner CLEANER = Cleaner.create();

  /** The cleaner's only thread, while it closes something. */
  private static final AtomicReference<@Nullable Thread> CLEANING = new AtomicReference<>();

  private final String engine;
  private volatile Budget budget;
  private final ConcurrentNavigableMap<Long, Holdings<?>> open = new ConcurrentSkipListMap<>();
  private final AtomicLong entries = new AtomicLong();
  private final MovedCalls movedCalls = new MovedCalls();
  private volatile boolean closed;

  /** Creates the ledger of an engine, with a budget of its threads. */
  public Ledger(String engine, EngineOptions options) {
    RunningJdk.warnOnce();
    this.engine = engine;
    this.budget = new Budget(options.threads(), options.queueLimit());
  }

  /** Takes the budget of another engine that this one works for; before anything is prepared. */
  public void shareBudget(Budget other) {
    budget = other;
  }

  /** Returns the thread budget of all that is entered here. */
  public Budget budget() {
    return budget;
  }

  MovedCalls movedCalls() {
    return movedCalls;
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

  /** Returns what calls of all that is entered here are at. */
  public EngineLoad load() {
    return new EngineLoad(budget.held(), budget.queued());
  }

  /** Returns the bytes of packed weights of what is open. */
  public long weightsByteSize() {
    long bytes = 0;
    for (Holdings<?> holdings : open.values()) {
      bytes += holdings.packedByteSize();
    }
    return bytes;
  }

  /** Returns the bytes of the working memory of what is open. */
  public long workingByteSize() {
    long bytes = 0;
    for (Holdings<?> holdings : open.values()) {
      bytes += holdings.slots().byteSize();
    }
    return bytes;
  }

  Cleaner.Cleanable register(Object owner, Holdings<?> holdings) {
    long entry = entries.incrementAndGet();
    holdings.enter(entry);
    open.put(entry, holdings);
    Cleaner.Cleanable cleanable;
    try {
      cleanable = CLEANER.register(owner, () -> closeForgotten(holdings));
    } catch (Throwable e) {
      open.remove(entry);
      throw e;
    }
    if (closed) {
      strike(holdings);
      requireOpen();
    }
    return cleanable;
  }

  private void closeForgotten(Holdings<?> holdings) {
    if (!open.containsKey(holdings.entry())) {
      return;
    }
    CLEANING.set(Thread.currentThread());
    try {
      if (strike(holdings)) {
        Events.leak(engine, holdings.problem());
        Quietly.warn(
            "engine %s: a prepared %s was never closed; use try-with-resources"
                .formatted(engine, holdings.problem()));
      }
    } finally {
      CLEANING.set(null);
    }
  }

  /** Whether the calling thread is the cleaner's and closes what was forgotten, or a part of it. */
  static boolean isCleaning() {
    return CLEANING.get() == Thread.currentThread();
  }

  /** Takes the entry of what goes into a composition, and then belongs to that. */
  void surrender(Holdings<?> holdings) {
    holdings.surrender();
    open.remove(holdings.entry());
  }

  /**
   * Closes what was entered. The entry goes last, so that {@link #close} waits for whoever is at
   * it.
   *
   * @return whether this call closed it
   */
  boolean strike(Holdings<?> holdings) {
    try {
      return holdings.close();
    } finally {
      if (holdings.isClosed()) {
        open.remove(holdings.entry());
      }
    }
  }

  /**
   * Closes what is still open, with one warning each; ends idle helpers, which would keep the class
   * loader of an application alive. Further calls do nothing.
   */
  public void close() {
    closed = true;
    // The youngest first: a composition is younger than its parts, waits for its calls, and closes
    // them.
    for (Holdings<?> holdings : open.descendingMap().values()) {
      if (strike(holdings)) {
        Quietly.warn(
            "engine %s is closed while a prepared %s is open; closing it too"
                .formatted(engine, holdings.problem()));
      }
    }
    Budget.dismissIdleHelpers();
  }
}

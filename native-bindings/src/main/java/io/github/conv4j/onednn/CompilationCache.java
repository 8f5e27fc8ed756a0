package io.github.conv4j.onednn;

import io.github.conv4j.internal.events.Events;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The problems that were compiled last, for the whole process: what makes the second prepare of a
 * problem cheap. Bounded in bytes, of which generated code is nearly all; the problem that was not
 * prepared for the longest time goes first. What a prepared convolution uses stays, and is counted,
 * so that a process whose networks need more than the bound keeps nothing else.
 *
 * <p>It keeps problems while an engine is open, and is empty after the last one was closed.
 */
final class CompilationCache {
  /** System property: how many bytes of compiled problems are kept; read when an engine opens. */
  static final String BYTES_PROPERTY = "conv4j.onednn.cache.bytes";

  private static final long DEFAULT_BYTES = 256L << 20;
  private static final int MOST_UNIMPLEMENTED = 1_000;
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  static final CompilationCache SHARED =
      new CompilationCache(CompilationCache::configuredBytes, CompilationCache::giveMemoryBack);

  private record Key(PrimitiveSpec spec, String implementation) {
    // Written out: linking what the compiler makes takes milliseconds of a first prepare.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that
          && implementation.equals(that.implementation)
          && spec.equals(that.spec);
    }

    @Override
    public int hashCode() {
      return spec.hashCode() * 31 + implementation.hashCode();
    }
  }

  private final LongSupplier configuredBytes;
  private final Runnable emptied;
  private final Map<Key, CompiledConvolution> entries = new LinkedHashMap<>(64, 0.75f, true);

  /** What oneDNN was asked for in vain: asking again would take as long. */
  private final Set<Key> unimplemented = new LinkedHashSet<>();

  private int openEngines;
  private volatile long limitBytes;

  /** The bytes of {@link #entries}; written under its lock. */
  private volatile long byteSize;

  /**
   * Creates an empty cache.
   *
   * @param configuredBytes tells the bound when the first engine opens
   * @param emptied runs after the last engine has closed
   */
  CompilationCache(LongSupplier configuredBytes, Runnable emptied) {
    this.configuredBytes = configuredBytes;
    this.emptied = emptied;
  }

  private static void giveMemoryBack() {
    Streams.destroyIdle();
    FreedMemory.giveBack();
  }

  private static long configuredBytes() {
    String text = System.getProperty(BYTES_PROPERTY);
    if (text == null) {
      return DEFAULT_BYTES;
    }
    try {
      long bytes = Long.parseLong(text.strip());
      if (bytes >= 0) {
        return bytes;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    LOG.log(
        Level.WARNING,
        "system property {0} must be a number of bytes but is ''{1}''; {2} is taken",
        BYTES_PROPERTY,
        text,
        Long.toString(DEFAULT_BYTES));
    return DEFAULT_BYTES;
  }

  /** Counts one more open engine. */
  void open() {
    synchronized (entries) {
      if (openEngines++ == 0) {
        limitBytes = configuredBytes.getAsLong();
      }
    }
  }

  /** Counts one open engine less; forgets everything after the last. */
  void close() {
    List<CompiledConvolution> dropped;
    synchronized (entries) {
      if (--openEngines > 0) {
        return;
      }
      dropped = List.copyOf(entries.values());
      entries.clear();
      unimplemented.clear();
      byteSize = 0;
    }
    try {
      release(dropped);
    } finally {
      emptied.run();
    }
  }

  /** Whether an engine is open. */
  boolean isOpen() {
    synchronized (entries) {
      return openEngines > 0;
    }
  }

  /** Returns the bytes of all that is kept. */
  long byteSize() {
    return byteSize;
  }

  /** Returns the bytes of what is kept and used by something prepared. */
  long byteSizeInUse() {
    long bytes = 0;
    synchronized (entries) {
      for (CompiledConvolution entry : entries.values()) {
        bytes += entry.isIdle() ? 0 : entry.byteSize();
      }
    }
    return bytes;
  }

  /**
   * Returns the problem compiled by one of {@link CompiledConvolution#implementations}, with one
   * more user, who must release it.
   */
  CompiledConvolution compile(PrimitiveSpec spec, String implementation) {
    var key = new Key(spec, implementation);
    synchronized (entries) {
      CompiledConvolution known = entries.get(key);
      if (known != null && known.retain()) {
        return known;
      }
      if (unimplemented.contains(key)) {
        throw new DnnlStatusException(DnnlStatusException.UNIMPLEMENTED, "choosing a kernel");
      }
    }
    // Outside the lock: generating code takes milliseconds. Two callers may both do it; one wins.
    CompiledConvolution compiled;
    try {
      compiled = CompiledConvolution.of(spec, implementation);
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        addUnimplemented(key);
      }
      throw e;
    }
    List<CompiledConvolution> dropped = new ArrayList<>();
    synchronized (entries) {
      if (openEngines > 0) {
        compiled.retain();
        compiled.keptBy(this);
        CompiledConvolution replaced = entries.put(key, compiled);
        byteSize += compiled.byteSize();
        if (replaced != null) {
          byteSize -= replaced.byteSize();
          dropped.add(replaced);
        }
        dropIdle(dropped);
      }
    }
    release(dropped);
    return compiled;
  }

  private void addUnimplemented(Key key) {
    synchronized (entries) {
      unimplemented.add(key);
      if (unimplemented.size() > MOST_UNIMPLEMENTED) {
        unimplemented.remove(unimplemented.iterator().next());
      }
    }
  }

  /** Something that is kept has become idle: perhaps there is more than may be kept. */
  void becameIdle() {
    if (byteSize <= limitBytes) {
      return;
    }
    List<CompiledConvolution> dropped = new ArrayList<>();
    synchronized (entries) {
      dropIdle(dropped);
    }
    release(dropped);
  }

  /** Under the lock, where nobody becomes a user of what is idle. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
  private void dropIdle(List<CompiledConvolution> dropped) {
    Iterator<CompiledConvolution> oldest = entries.values().iterator();
    while (byteSize > limitBytes && oldest.hasNext()) {
      CompiledConvolution entry = oldest.next();
      if (entry.isIdle()) {
        oldest.remove();
        byteSize -= entry.byteSize();
        dropped.add(entry);
        Events.eviction("compiled convolutions", entry, entry.byteSize());
      }
    }
  }

  /** A failure to destroy one does not keep the next; all are out of the cache already. */
  private static void release(List<CompiledConvolution> dropped) {
    for (CompiledConvolution entry : dropped) {
      try {
        entry.release();
      } catch (DnnlStatusException e) {
        LOG.log(Level.WARNING, "a compiled convolution could not be destroyed", e);
      }
    }
  }
}

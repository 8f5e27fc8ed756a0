package io.github.conv4j.networks;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.internal.events.Events;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network prepared for the shapes that were asked for of late, for inputs whose size varies:
 * pictures of any height and width, lines of text of any length.
 *
 * <pre>{@code
 * try (ShapeCache shapes = network.shapeCache(engine, NetworkOptions.defaults(), 256L << 20)) {
 *   try (ShapeCache.Lease lease = shapes.acquire(Map.of("x", new long[] {1, 3, height, width}))) {
 *     lease.network().call().input("x", image).output("y", map).execute();
 *   }
 * }
 * }</pre>
 *
 * <p><b>Memory.</b> Counts {@link PreparedNetwork#byteSize} of all that is prepared, and 16 KiB a
 * shape and 2 KiB a step for the objects that describe them, after each preparation and whenever a
 * lease is closed. Where that is more than the limit, what nobody uses is closed, the least
 * recently used first, until it is not. What is in use is never closed: only that, and what is
 * being prepared, can hold more than the limit. A shape that alone is too large is closed with its
 * last lease, and closes no other for it. Each shape has packed weights of its own. A shape that is
 * found costs nothing but its lease.
 *
 * <p><b>Threads.</b> Any number may use one cache, platform or virtual. A new shape that several
 * ask for at once is prepared by one of them while the others wait for it, uninterruptibly; several
 * new shapes are prepared at the same time.
 *
 * <p><b>Errors.</b> A shape that cannot be prepared is not kept: who prepared it gets the
 * exception, and who waited gets the same one; whoever asks later tries again. {@link #close} does
 * not wait for leases: it frees what nobody uses, and refuses new leases; the rest is freed with
 * the last lease of each shape. A lease that is never closed keeps its shape until the engine is
 * closed.
 */
public final class ShapeCache implements AutoCloseable {
  private final Network network;
  private final Engine engine;
  private final NetworkOptions options;
  private final long byteLimit;

  /** Guards all below; not held while anything is prepared or closed. */
  private final Object lock = new Object();

  /** The least recently used first. */
  private final Map<InputShapes, CachedShape> shapes = new LinkedHashMap<>(16, 0.75f, true);

  /** What is looked for, so that looking makes no garbage. */
  private final InputShapes wanted;

  /** Is told what is prepared; null where nobody asked. */
  private volatile @Nullable Consumer<Map<String, long[]>> recorder;

  private long byteSize;
  private long hitCount;
  private long missCount;
  private long evictionCount;
  private boolean closed;

  ShapeCache(Network network, Engine engine, NetworkOptions options, long byteLimit) {
    if (byteLimit < 0) {
      throw new IllegalArgumentException(
          "byteLimit must be at least 0 but is %d".formatted(byteLimit));
    }
    this.network = network;
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
    this.byteLimit = byteLimit;
    this.wanted = new InputShapes(network.inputs());
  }

  /**
   * The use of a prepared shape. Closing it a second time does nothing.
   *
   * <p><b>Memory.</b> Keeps the shape prepared until {@link #close}. <b>Threads.</b> Any.
   * <b>Errors.</b> See the methods.
   */
  public static final class Lease implements AutoCloseable {
    private final ShapeCache cache;
    private volatile @Nullable CachedShape shape;

    private Lease(ShapeCache cache) {
      this.cache = cache;
    }

    /**
     * Returns the network, to be called as long as this is open; its calls fail some time after
     * that. The cache closes it, nobody else may.
     *
     * @throws IllegalStateException if this is closed
     */
    public PreparedNetwork network() {
      CachedShape used = shape;
      if (used == null) {
        throw new IllegalStateException("the lease is closed");
      }
      return used.prepared();
    }

    /** Lets the cache close the shape when its memory is needed. */
    @Override
    public void close() {
      cache.release(this);
    }
  }

  /**
   * What a cache did and holds at one moment.
   *
   * <p><b>Memory.</b> Plain numbers. <b>Threads.</b> Immutable. <b>Errors.</b> None.
   *
   * @param byteSize as counted last, of all that is prepared
   * @param shapeCount how many shapes are prepared or being prepared
   * @param hitCount how many leases found their shape prepared, or being prepared
   * @param missCount how many preparations were begun
   * @param evictionCount how many shapes were closed for the limit
   */
  public record Statistics(
      long byteSize, int shapeCount, long hitCount, long missCount, long evictionCount) {}

  /**
   * Finds the network prepared for inputs of these dimensions, or prepares it.
   *
   * @param dims of inputs, as {@link Network#prepare(Engine, Map, NetworkOptions)} takes them
   * @return to be closed after use
   * @throws IllegalStateException if this is closed
   * @throws IllegalArgumentException and whatever else {@code prepare} throws
   */
  public Lease acquire(Map<String, long[]> dims) {
    // Before a shape counts as used: later there may be no memory for it.
    var lease = new Lease(this);
    while (true) {
      CachedShape shape;
      boolean isNew;
      synchronized (lock) {
        if (closed) {
          throw isClosed();
        }
        if (!wanted.set(dims)) {
          throw network.unknownInput(dims.keySet());
        }
        shape = shapes.get(wanted);
        isNew = shape == null;
        if (shape == null) {
          shape = new CachedShape(wanted.copy());
          shapes.put(shape.key(), shape);
          missCount++;
        } else {
          hitCount++;
        }
        shape.use();
      }
      try {
        if (isNew) {
          prepare(shape);
        }
        if (isNew || shape.awaitPrepared()) {
          lease.shape = shape;
          return lease;
        }
      } catch (Throwable e) {
        letGo(shape);
        throw e;
      }
    }
  }

  /** Prepares a shape whose first run will be as fast as later ones. */
  void makeReady(Map<String, long[]> dims) {
    try (Lease lease = acquire(dims)) {
      if (!options.isReady(engine.options())) {
        NetworkReadiness.await(lease.network());
      }
    }
  }

  /** Makes a shape the one that was used last; returns false if it is not here. */
  boolean touch(Map<String, long[]> dims) {
    synchronized (lock) {
      return wanted.set(dims) && shapes.get(wanted) != null;
    }
  }

  private void prepare(CachedShape shape) {
    PreparedNetwork prepared;
    try {
      prepared = network.prepare(engine, shape.key().dims(), options);
    } catch (Throwable e) {
      abandon(shape, e);
      throw e;
    }
    boolean isLate;
    synchronized (lock) {
      isLate = closed;
      if (!isLate) {
        shape.setPrepared(prepared);
        byteSize += shape.recount();
      }
    }
    if (isLate) {
      IllegalStateException e = isClosed();
      abandon(shape, e);
      prepared.close();
      throw e;
    }
    shape.tellPrepared();
    Consumer<Map<String, long[]>> told = recorder;
    if (told != null) {
      record(told, shape.key().dims());
    }
    List<CachedShape> evicted;
    synchronized (lock) {
      evicted = evict();
    }
    closeAll(evicted);
  }

  private static void record(Consumer<Map<String, long[]>> told, Map<String, long[]> dims) {
    try {
      told.accept(dims);
    } catch (RuntimeException _) {
      // What a manifest does not take is prepared all the same.
    }
  }

  private void abandon(CachedShape shape, Throwable failure) {
    synchronized (lock) {
      shapes.remove(shape.key());
    }
    shape.tellFailed(failure);
  }

  private void release(Lease lease) {
    CachedShape shape;
    synchronized (lock) {
      shape = lease.shape;
      lease.shape = null;
    }
    if (shape != null) {
      letGo(shape);
    }
  }

  private void letGo(CachedShape shape) {
    List<CachedShape> evicted;
    synchronized (lock) {
      shape.letGo();
      byteSize += shape.recount();
      evicted = evict();
    }
    closeAll(evicted);
  }

  /**
   * Takes out what nobody uses and has no room, or all that nobody uses once this is closed. What
   * alone is too large has no room, and takes none from others.
   */
  private List<CachedShape> evict() {
    if (byteSize <= byteLimit && !closed) {
      return List.of();
    }
    long shared = 0;
    for (CachedShape shape : shapes.values()) {
      // Working memory that is not needed any more was given back meanwhile.
      byteSize += shape.recount();
      shared += isTooLarge(shape) ? 0 : shape.byteSize();
    }
    List<CachedShape> evicted = new ArrayList<>();
    Iterator<CachedShape> oldest = shapes.values().iterator();
    while (oldest.hasNext()) {
      CachedShape shape = oldest.next();
      boolean hasRoom = shared <= byteLimit && !isTooLarge(shape);
      if (!shape.isUsed() && (closed || !hasRoom)) {
        evicted.add(shape);
        oldest.remove();
        byteSize -= shape.byteSize();
        shared -= isTooLarge(shape) ? 0 : shape.byteSize();
        if (!closed) {
          evictionCount++;
          Events.eviction("prepared shapes of a network", shape, shape.byteSize());
        }
      }
    }
    return evicted;
  }

  private boolean isTooLarge(CachedShape shape) {
    return shape.byteSize() > byteLimit;
  }

  /** Without the lock, and without garbage where there is nothing to close. */
  private static void closeAll(List<CachedShape> evicted) {
    Throwable first = null;
    for (int i = 0; i < evicted.size(); i++) {
      try {
        evicted.get(i).close();
      } catch (RuntimeException | Error e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    switch (first) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(first);
    }
  }

  private static IllegalStateException isClosed() {
    return new IllegalStateException("the cache of shapes is closed");
  }

  /**
   * Notes each shape that is prepared from now on in a manifest, in place of one told before.
   *
   * @param name of the network, as the manifest shall call it
   * @throws IllegalArgumentException if the name is empty
   */
  public void recordInto(WarmUpManifest manifest, String name) {
    Objects.requireNonNull(manifest, "manifest");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a network needs a name");
    }
    recorder = dims -> manifest.add(name, dims);
  }

  /** Returns what is prepared here. */
  public Network network() {
    return network;
  }

  /** Returns how many bytes what nobody uses may hold. */
  public long byteLimit() {
    return byteLimit;
  }

  /** Returns what this did and holds. */
  public Statistics statistics() {
    synchronized (lock) {
      return new Statistics(byteSize, shapes.size(), hitCount, missCount, evictionCount);
    }
  }

  /**
   * Returns what all prepared shapes hold now, by what it is for. {@link #statistics} counts the
   * objects that describe them too.
   */
  public NetworkMemory memory() {
    NetworkMemory sum = NetworkMemory.NONE;
    synchronized (lock) {
      for (CachedShape shape : shapes.values()) {
        sum = sum.plus(shape.memory());
      }
    }
    return sum;
  }

  /**
   * Frees what nobody uses; what is in use is freed with its last lease. Further calls do nothing.
   */
  @Override
  public void close() {
    List<CachedShape> evicted;
    synchronized (lock) {
      closed = true;
      evicted = evict();
    }
    closeAll(evicted);
  }

  @Override
  public String toString() {
    Statistics now = statistics();
    return "%d shapes of %s, %,d of %,d bytes"
        .formatted(now.shapeCount(), network, now.byteSize(), byteLimit);
  }
}

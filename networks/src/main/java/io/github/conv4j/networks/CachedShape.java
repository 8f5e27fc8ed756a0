package io.github.conv4j.networks;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a {@link ShapeCache}, whose lock guards it, knows of one shape. */
final class CachedShape {
  /** About what the objects take that describe a shape, and each of its steps. */
  private static final long SHAPE_BYTES = 16L << 10;

  private static final long STEP_BYTES = 2L << 10;

  private final InputShapes key;

  /** Tells those who wait whether it was prepared. */
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();

  private volatile @Nullable Throwable failure;

  private volatile @Nullable PreparedNetwork prepared;
  private int users;
  private long byteSize;

  CachedShape(InputShapes key) {
    this.key = key;
  }

  InputShapes key() {
    return key;
  }

  void use() {
    users++;
  }

  void letGo() {
    users--;
  }

  boolean isUsed() {
    return users > 0;
  }

  void setPrepared(PreparedNetwork network) {
    prepared = network;
  }

  PreparedNetwork prepared() {
    return Objects.requireNonNull(prepared, "prepared");
  }

  void tellPrepared() {
    done.complete(true);
  }

  void tellFailed(Throwable why) {
    failure = why;
    done.complete(false);
  }

  /**
   * Waits, without the lock. What nobody could prepare fails for those who waited too.
   *
   * @return false if another thread may be able to prepare it
   */
  boolean awaitPrepared() {
    if (done.join()) {
      return true;
    }
    switch (failure) {
      case WrongThreadException _ -> {}
      case RuntimeException e -> throw e;
      case OutOfMemoryError e -> throw e;
      case null, default -> {}
    }
    return false;
  }

  /** Returns the bytes as counted last. */
  long byteSize() {
    return byteSize;
  }

  /** Counts a prepared network, with what describes it. */
  static long byteSize(PreparedNetwork network) {
    return network.byteSize() + SHAPE_BYTES + STEP_BYTES * network.prepared().stepCount();
  }

  /** Returns what it holds now, nothing before it is prepared. */
  NetworkMemory memory() {
    PreparedNetwork network = prepared;
    return network == null ? NetworkMemory.NONE : network.memory();
  }

  /** Counts again and returns the difference. */
  long recount() {
    PreparedNetwork network = prepared;
    long now = network == null ? 0 : byteSize(network);
    long difference = now - byteSize;
    byteSize = now;
    return difference;
  }

  /** Without the lock: it frees memory. */
  void close() {
    prepared().close();
  }
}

package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** oneDNN's CPU engine: one for these classes, never destroyed, safe for all threads. */
final class NativeEngine {
  private static volatile @Nullable MemorySegment handle;

  private NativeEngine() {}

  /**
   * Returns the engine, created by the first call that succeeds.
   *
   * @throws DnnlStatusException if it cannot be created this time
   */
  static MemorySegment handle() {
    MemorySegment known = handle;
    return known == null ? create() : known;
  }

  private static synchronized MemorySegment create() {
    MemorySegment known = handle;
    if (known != null) {
      return known;
    }
    // CompilationCache keeps what is worth keeping, counted: nothing twice, nothing out of its
    // sight.
    Dnnl.setPrimitiveCacheCapacity(0);
    MemorySegment engine = Dnnl.createEngine();
    handle = engine;
    return engine;
  }
}

package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;

/** oneDNN's CPU engine: one for the process, never destroyed, safe for all threads. */
final class NativeEngine {
  /**
   * Each entry keeps generated code and the primitive alive: some megabytes for large shapes.
   * Enough for every layer of several networks, and a bound where shapes never end.
   */
  private static final int PRIMITIVE_CACHE_ENTRIES = 256;

  private static final MemorySegment HANDLE = create();

  private NativeEngine() {}

  static MemorySegment handle() {
    return HANDLE;
  }

  private static MemorySegment create() {
    MemorySegment engine = Dnnl.createEngine();
    Dnnl.setPrimitiveCacheCapacity(PRIMITIVE_CACHE_ENTRIES);
    return engine;
  }
}

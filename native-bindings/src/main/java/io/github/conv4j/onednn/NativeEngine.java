package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;

/** oneDNN's CPU engine: one for the process, never destroyed, safe for all threads. */
final class NativeEngine {
  private static final MemorySegment HANDLE = create();

  private NativeEngine() {}

  static MemorySegment handle() {
    return HANDLE;
  }

  private static MemorySegment create() {
    MemorySegment engine = Dnnl.createEngine();
    // CompilationCache keeps what is worth keeping, counted: nothing twice, nothing out of its
    // sight.
    Dnnl.setPrimitiveCacheCapacity(0);
    return engine;
  }
}

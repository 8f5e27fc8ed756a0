package io.github.conv4j.onednn;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Streams that nobody uses now. One thread at a time may use a stream; on a CPU it holds no state
 * between calls, so that the next may be any other thread.
 */
final class Streams {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final int MOST_IDLE = 32;
  private static final ConcurrentLinkedQueue<MemorySegment> IDLE = new ConcurrentLinkedQueue<>();
  private static final AtomicInteger IDLE_COUNT = new AtomicInteger();

  private Streams() {}

  /** Returns a stream that nobody else uses. */
  static MemorySegment take() {
    MemorySegment stream = poll();
    return stream != null ? stream : Dnnl.createStream(NativeEngine.handle());
  }

  private static @Nullable MemorySegment poll() {
    MemorySegment stream = IDLE.poll();
    if (stream != null) {
      IDLE_COUNT.decrementAndGet();
    }
    return stream;
  }

  /**
   * Keeps a stream for the next who takes one, or destroys it where enough are kept, or no engine
   * is open any more.
   */
  static void giveBack(MemorySegment stream) {
    if (IDLE_COUNT.incrementAndGet() <= MOST_IDLE) {
      IDLE.add(stream);
      // After that: either this sees that the last engine has closed, or who closes it sees this.
      if (!CompilationCache.SHARED.isOpen()) {
        destroyIdle();
      }
    } else {
      IDLE_COUNT.decrementAndGet();
      Dnnl.destroyStream(stream);
    }
  }

  /** Destroys those that nobody uses. */
  static void destroyIdle() {
    for (MemorySegment stream = poll(); stream != null; stream = poll()) {
      try {
        Dnnl.destroyStream(stream);
      } catch (DnnlStatusException e) {
        LOG.log(Level.WARNING, "a stream could not be destroyed", e);
      }
    }
  }
}

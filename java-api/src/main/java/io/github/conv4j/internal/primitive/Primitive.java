package io.github.conv4j.internal.primitive;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A prepared computation. It owns what all its runs share, packed weights for example, and is given
 * everything else: the scratchpad by {@link #bind}, source, operands and destination in each run.
 * Immutable; any number of threads may run it, each through a binding of its own.
 */
public interface Primitive extends AutoCloseable {
  /** Returns into how many parts a run is cut where helpers are free; 1 if it never is. */
  default int partCount() {
    return 1;
  }

  /** Returns the bytes that each thread must give as scratchpad; 0 if it need not. */
  default long scratchpadByteSize() {
    return 0;
  }

  /** Returns the bytes of packed weights and other constants outside the Java heap. */
  default long constantsByteSize() {
    return 0;
  }

  /** Returns the bytes of packed weights and other constants on the Java heap. */
  default long heapConstantsByteSize() {
    return 0;
  }

  /** Returns the bytes on the Java heap that each {@link #bind} takes. */
  default long boundHeapByteSize() {
    return 0;
  }

  /**
   * Makes what one thread needs to run this.
   *
   * @param scratchpad at least {@link #scratchpadByteSize} bytes, aligned to {@link
   *     BufferPlan#ALIGNMENT_BYTES}; stays open longer than what is returned
   * @param kept whether nothing else writes the scratchpad between two runs
   */
  BoundPrimitive bind(MemorySegment scratchpad, boolean kept);

  /**
   * Returns another segment over the bytes of one that is confined to the calling thread, for the
   * time of one call by that thread, or null if that cannot be made here.
   */
  default @Nullable MemorySegment unconfined(MemorySegment segment) {
    return null;
  }

  /** Frees what this owns. Nothing is bound any more. Further calls do nothing. */
  @Override
  default void close() {}
}

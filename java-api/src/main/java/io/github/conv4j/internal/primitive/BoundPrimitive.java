package io.github.conv4j.internal.primitive;

import java.lang.foreign.MemorySegment;

/**
 * A {@link Primitive} with the scratchpad of one thread. Segments that it is given are as large as
 * it was prepared for, and {@code dst} overlaps no other unless the primitive works in place.
 */
public interface BoundPrimitive extends AutoCloseable {
  /** Begins this thread's share of a run: parts of the same run follow. */
  default void beginShare() {}

  /** Computes all of dst on the calling thread. */
  void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands);

  /**
   * Computes one part of dst; other parts run on other threads at the same time. Where the outputs
   * of two parts overlap, both write the same bits.
   */
  default void runPart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    runAlone(src, dst, operands);
  }

  @Override
  default void close() {}
}

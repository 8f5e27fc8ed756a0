package io.github.conv4j.internal.vector.product;

import java.lang.foreign.MemorySegment;

/** Copies pixels into a panel of chunks, each of as many channels as a vector has lanes. */
interface ChunkCopyKernel {
  /**
   * Copies.
   *
   * @param begin where the first pixel begins in src, in elements
   * @param step from one pixel to the next there
   * @param count of pixels
   * @param to where the first pixel's first chunk goes; other pixels follow it
   * @param chunks of a pixel
   * @param distance from a pixel's chunk to its next one in the panel
   */
  void run(
      MemorySegment src,
      long begin,
      long step,
      int count,
      float[] panel,
      int to,
      int chunks,
      int distance);
}

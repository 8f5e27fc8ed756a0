package io.github.conv4j.internal.vector.winograd;

import java.lang.foreign.MemorySegment;

/** Copies the channels of one pixel to {@link TileOutputs#at}, taken through post-ops. */
interface PixelCopyKernel {
  /**
   * Copies.
   *
   * @param from where the pixel begins in src, in elements
   */
  void run(TileOutputs outputs, MemorySegment src, long from, MemorySegment dst);
}

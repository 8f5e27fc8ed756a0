package io.github.conv4j.internal.vector.lane;

import java.lang.foreign.MemorySegment;

/**
 * Computes neighbouring pixels of a {@link LaneTile}, whose windows begin at {@code base} in the
 * panel and whose outputs at {@code to} in dst, in bytes.
 */
interface LaneBlockKernel {
  void run(LaneTile tile, MemorySegment dst, int base, long to);
}

package io.github.conv4j.internal.vector.lane;

import java.lang.foreign.MemorySegment;

/** Multiplies the vectors of a panel with weights, lane by lane, as {@link LaneTile} says. */
interface LaneTileKernel {
  void run(LaneTile tile, MemorySegment dst);
}

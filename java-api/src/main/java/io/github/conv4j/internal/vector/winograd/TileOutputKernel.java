package io.github.conv4j.internal.vector.winograd;

import java.lang.foreign.MemorySegment;

/** Computes all outputs of a tile. */
interface TileOutputKernel {
  void run(TileOutputs outputs, MemorySegment dst);
}

package io.github.conv4j.internal.vector.product;

import java.lang.foreign.MemorySegment;

/** Computes one block of output channels of all pixels of a {@link ProductTile}. */
interface PointwiseKernel {
  void run(ProductTile tile, MemorySegment src, MemorySegment dst);
}

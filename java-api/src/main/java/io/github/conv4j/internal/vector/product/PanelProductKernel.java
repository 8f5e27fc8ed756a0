package io.github.conv4j.internal.vector.product;

import java.lang.foreign.MemorySegment;

/** Computes all pixels of a {@link PanelProduct}, for one width of its block. */
interface PanelProductKernel {
  void run(PanelProduct product, MemorySegment dst);
}

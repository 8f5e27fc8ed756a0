package io.github.conv4j.internal.vector.plane;

import java.lang.foreign.MemorySegment;

/** Computes all pixels of a {@link PlaneProduct}, on the heap or straight into dst. */
interface PlaneProductKernel {
  void run(PlaneProduct product, MemorySegment dst);
}

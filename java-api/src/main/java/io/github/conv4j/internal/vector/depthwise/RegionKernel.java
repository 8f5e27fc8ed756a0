package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** Convolves regions, as {@link Region} says. */
interface RegionKernel {
  void run(Region region, MemorySegment src, MemorySegment dst);
}

package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** Convolves one vector of channels of a row. */
interface DepthwiseVectorKernel {
  void run(DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel);
}

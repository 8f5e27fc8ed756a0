package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** Convolves one vector of channels of a band. */
interface BandVectorKernel {
  void run(Band band, MemorySegment src, MemorySegment dst, int channel);
}

package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** Convolves all channels of one pixel of a band. */
interface BandPixelKernel {
  void run(Band band, MemorySegment src, MemorySegment dst, int row, int pixel);
}

package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** Convolves bands, as {@link Band} says. */
interface BandKernel {
  void run(Band band, MemorySegment src, MemorySegment dst);
}

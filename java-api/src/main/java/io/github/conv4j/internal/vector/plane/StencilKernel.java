package io.github.conv4j.internal.vector.plane;

import java.lang.foreign.MemorySegment;

/** Computes one channel of a {@link PlaneKernels.Stencil}, whose plane lies in the panel. */
interface StencilKernel {
  /**
   * Convolves.
   *
   * @param dstFrom where the channel's plane begins in dst, in elements
   */
  void run(PlaneKernels.Stencil job, float[] panel, int channel, long dstFrom, MemorySegment dst);
}

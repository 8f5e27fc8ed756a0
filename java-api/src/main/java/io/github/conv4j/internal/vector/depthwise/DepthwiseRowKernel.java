package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/**
 * Convolves each channel with its own kernel, channels being neighbours in memory: {@code dst[p][c]
 * = bias[c] + sum over rows r and taps t of src[rows[r] + first + p * pixelStep + t * tapStep + c]
 * * packed[rowTaps[r] + tapFrom + t][c]}.
 */
interface DepthwiseRowKernel {
  void run(DepthwiseRow row, MemorySegment src, MemorySegment dst);
}

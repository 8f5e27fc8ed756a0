package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import java.lang.foreign.MemorySegment;

/**
 * Which kernel computes a row.
 *
 * @param block for rows of some pixels
 */
record VectorDepthwiseRow(DepthwiseVectorKernel block, DepthwiseVectorKernel single)
    implements DepthwiseRowKernel {
  static VectorDepthwiseRow of(PostOps postOps) {
    return new VectorDepthwiseRow(
        DepthwiseRowText.kernel(DepthwiseRowText.PIXELS, postOps),
        DepthwiseRowText.kernel(1, postOps));
  }

  @Override
  public void run(DepthwiseRow row, MemorySegment src, MemorySegment dst) {
    DepthwiseVectorKernel kernel = row.count < DepthwiseRowText.PIXELS ? single : block;
    for (int c = 0; c < row.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      kernel.run(row, src, dst, Math.min(c, row.channelCount - LANES));
    }
  }
}

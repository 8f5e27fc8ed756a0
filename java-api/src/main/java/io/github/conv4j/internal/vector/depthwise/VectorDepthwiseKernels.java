package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;

/** The loops on the Vector API; which of them computes a band. */
final class VectorDepthwiseKernels implements DepthwiseKernels {
  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public boolean takesChannels(int channelCount) {
    return channelCount >= VectorWidth.LANES;
  }

  @Override
  public float[][] depthwiseWork(int mostPixels, int channels) {
    return new float[0][];
  }

  @Override
  public void depthwise(DepthwiseRow row, MemorySegment src, MemorySegment dst, float[][] work) {
    VectorStencils.run(row, src, dst);
  }

  @Override
  public boolean takesBands() {
    return true;
  }

  @Override
  public boolean takesGroups(int depth) {
    return VectorGroupRows.serves(depth);
  }

  @Override
  public void band(Band band, MemorySegment src, MemorySegment dst) {
    if (band.depth > 1) {
      VectorGroupRows.run(band, src, dst);
    } else if (band.count < Band.LEAST_COUNT && VectorDepthwiseShortRows.serves(band)) {
      VectorDepthwiseShortRows.run(band, src, dst);
    } else if (band.count < Band.LEAST_COUNT) {
      VectorDepthwisePixels.run(band, src, dst);
    } else if (VectorDepthwiseColumns.serves(band)) {
      VectorDepthwiseColumns.run(band, src, dst);
    } else {
      VectorDepthwiseRows.run(band, src, dst);
    }
  }
}

package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;

/** The lanes on the Vector API. */
final class VectorLaneKernels implements LaneKernels {
  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public void spread(
      LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to) {
    VectorSpread.run(block, src, from, panel, to);
  }

  @Override
  public LaneTileKernel tile(int taps, int pixelPitch, int channelCount, PostOps postOps) {
    return VectorLanes.of(taps, pixelPitch, channelCount, postOps);
  }
}

package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.AxisPhase;

/** The loops on the Vector API; which of them computes a band. */
final class VectorDepthwiseKernels implements DepthwiseKernels {
  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public boolean takesChannels(int channelCount) {
    return channelCount >= LANES;
  }

  @Override
  public float[][] depthwiseWork(int mostPixels, int channels) {
    return new float[0][];
  }

  @Override
  public DepthwiseRowKernel row(int tapRows, AxisPhase across, PostOps postOps) {
    return VectorDepthwiseRow.of(tapRows, across, postOps);
  }

  @Override
  public boolean takesBands() {
    return true;
  }

  @Override
  public boolean takesGroups(int depth) {
    return VectorTurns.serve(depth);
  }

  @Override
  public BandKernel band(Band kind, PostOps postOps) {
    if (kind.count < Band.LEAST_COUNT && !kind.hasShortBlocks()) {
      return BandPixelText.kernel(postOps);
    }
    return BandColumnsText.serves(kind)
        ? BandColumnsText.kernel(kind, postOps)
        : BandText.kernel(kind, postOps);
  }
}

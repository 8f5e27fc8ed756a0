package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;

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
  public DepthwiseRowKernel row(PostOps postOps) {
    return VectorDepthwiseRow.of(postOps);
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
    if (BandColumnsText.serves(kind)) {
      return BandColumnsText.kernel(kind, postOps);
    }
    if (kind.count < Band.LEAST_COUNT && !kind.hasShortBlocks()) {
      return BandPixelText.kernel(postOps);
    }
    return BandText.kernel(kind, postOps);
  }

  @Override
  public boolean takesRegions(int taps) {
    return taps <= RegionText.MOST_TAPS;
  }

  @Override
  public RegionKernel region(int rows, int columns, PostOps postOps) {
    return new RegionText(rows, columns, postOps).kernel();
  }
}

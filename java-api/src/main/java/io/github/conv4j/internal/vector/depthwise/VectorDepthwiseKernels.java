package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.AxisPhase;
import java.lang.foreign.MemorySegment;

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
      BandPixelKernel pixel = BandPixelText.kernel(postOps);
      return (band, src, dst) -> runPixels(pixel, band, src, dst);
    }
    BandVectorKernel vector =
        BandColumnsText.serves(kind)
            ? BandColumnsText.kernel(kind, postOps)
            : BandText.kernel(kind, postOps);
    return (band, src, dst) -> runVectors(vector, band, src, dst);
  }

  private static void runPixels(
      BandPixelKernel kernel, Band band, MemorySegment src, MemorySegment dst) {
    for (int row = 0; row < band.rows; row++) {
      for (int pixel = 0; pixel < band.count; pixel++) {
        kernel.run(band, src, dst, row, pixel);
      }
    }
  }

  private static void runVectors(
      BandVectorKernel kernel, Band band, MemorySegment src, MemorySegment dst) {
    for (int c = 0; c < band.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      kernel.run(band, src, dst, Math.min(c, band.channelCount - LANES));
    }
  }
}

package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;

/** The products on the Vector API. */
final class VectorProductKernels implements ProductKernels {
  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public void product(
      float[] panel,
      int[] bases,
      int pixelCount,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom,
      int channelCount,
      float[][] work) {
    VectorProducts.run(
        panel,
        bases,
        pixelCount,
        taps,
        run,
        packed,
        packedFrom,
        bias,
        biasFrom,
        dst,
        dstOffsets,
        dstFrom,
        channelCount);
  }

  @Override
  public float[][] productWork(int mostPixels) {
    return new float[0][];
  }

  @Override
  public boolean takesPointwise() {
    return true;
  }

  @Override
  public void pointwise(ProductTile tile, ProductTile.Block block, MemorySegment dst) {
    VectorPointwise.run(tile, block, dst);
  }
}

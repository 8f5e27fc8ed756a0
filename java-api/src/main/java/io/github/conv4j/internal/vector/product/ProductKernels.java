package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.Tiling;
import java.lang.foreign.MemorySegment;

/** The innermost loops for products of pixels with weights that all of them share. */
public interface ProductKernels {
  /** Returns the loops on the Vector API. */
  static ProductKernels vector() {
    return new VectorProductKernels();
  }

  /** Returns the loops without it. */
  static ProductKernels scalar() {
    return new ScalarProducts();
  }

  /** Returns how many floats one vector holds; packed weights come in blocks of two vectors. */
  int lanes();

  /**
   * Multiplies rows of a panel with packed weights: for each pixel {@code p} and output channel of
   * one block, {@code dst[p] = bias + sum over taps t and i < run of panel[bases[p] + taps[t] + i]
   * * packed[...]}.
   *
   * @param panel source values; reading {@code run} floats from any base plus tap stays inside
   * @param bases where each pixel's window begins in the panel
   * @param pixelCount how many pixels; both arrays of pixels go on for {@link Tiling#PIXEL_BLOCK}
   *     entries that repeat the last
   * @param taps distances from a base
   * @param run neighbouring floats at each tap
   * @param packed weights of the block, {@code [tap][i][whole vectors of output channels]}, from
   *     {@code packedFrom} on
   * @param bias padded to whole blocks; the block's begins at {@code biasFrom}
   * @param dst where results go
   * @param dstOffsets where the results of each pixel begin, in elements; {@code dstFrom} is added
   * @param channelCount output channels of the block: two vectors, one vector, or fewer
   * @param work from {@link #productWork}
   */
  void product(
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
      float[][] work);

  /** Returns the working memory of {@link #product} for up to so many pixels. */
  float[][] productWork(int mostPixels);

  /** Whether {@link #pointwise} can be called. */
  boolean takesPointwise();

  /** Multiplies the pixels of a tile with the weights of one block, as {@link ProductTile} says. */
  void pointwise(ProductTile tile, ProductTile.Block block, MemorySegment dst);
}

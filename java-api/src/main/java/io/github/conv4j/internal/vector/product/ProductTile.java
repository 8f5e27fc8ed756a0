package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * Neighbouring pixels of a pointwise layer, and one block of output channels: {@code dst[p] = bias
 * + sum over k < depth of src[p * depth + k] * packed[k]}. Changed and used again.
 */
final class ProductTile {
  /**
   * Some vectors of output channels.
   *
   * @param kernel what computes them
   * @param packedFrom where their weights {@code [depth][vectors]} begin
   */
  record Block(PointwiseKernel kernel, ChannelBlocks.Block channels, int packedFrom) {}

  /** A copy of the source values, where kernels read one. */
  float[] panel = new float[0];

  float[] packed = new float[0];
  float[] bias = new float[0];
  int depth;

  /** Output channels: from one pixel to the next in dst. */
  int out;

  /** Pixels; at least as many as a block has. */
  int count;

  /** Where the first vector of output channels begins. */
  int first;

  /** How much later the next one does. */
  int apart;

  /** Where the weights {@code [depth][vectors]} begin. */
  int packedFrom;

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;

  /** Where the first pixel begins in src, or in the copy of strided pixels, in elements. */
  long srcBegin;

  /** Where the first pixel begins in dst, or where sums wait for their post-ops. In elements. */
  long dstBegin;
}

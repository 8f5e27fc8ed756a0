package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * A run of pixels of a panel and one block of output channels: {@code out[o][p] = bias[o] + sum
 * over k of panel[base + offsets[k] + p] * packed[k][o]}. Changed and used again.
 */
final class PlaneProduct {
  /** Source values; whole blocks of pixels are read. */
  float[] panel = new float[0];

  /** Where the first pixel's windows are counted from. */
  int base;

  /** Where each source value of a window lies. */
  int[] offsets = new int[0];

  /** Weights {@code [offset][output channel of the block]}, from {@link #packedFrom} on. */
  float[] packed = new float[0];

  int packedFrom;
  float[] bias = new float[0];

  /** Where the block's bias begins. */
  int biasFrom;

  /** The first output channel of the block. */
  int channel;

  /** Results on the heap; whole blocks of pixels are written. */
  float[] out = new float[0];

  /** From one channel to the next in {@link #out}. */
  int outPitch;

  /** Where results straight into dst go, in elements. */
  long dstFrom;

  /** From one channel to the next in dst. */
  long dstPitch;

  int pixelCount;

  /** The operands of post-ops. */
  final EpilogueArguments epilogue;

  PlaneProduct(EpilogueArguments epilogue) {
    this.epilogue = epilogue;
  }
}

package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * Pixels of a panel and one block of weights: for each pixel {@code p} and output channel, {@code
 * dst[p] = bias + sum over taps t and i < run of panel[bases[p] + taps[t] + i] * packed[...]}.
 * Changed and used again.
 */
final class PanelProduct {
  /** Source values; reading {@link #run} floats from any base plus tap stays inside. */
  float[] panel = new float[0];

  /** Where each pixel's window begins in the panel. */
  int[] bases = new int[0];

  /** Where the results of each pixel begin, in elements; {@link #dstFrom} is added. */
  int[] dstOffsets = new int[0];

  /** From the results of a pixel to those of the next of its row, in elements, for rows of them. */
  long dstStep;

  /** Both arrays of pixels go on for a block of pixels with entries that repeat the last. */
  int pixelCount;

  /** Distances from a base. */
  int[] taps = new int[0];

  /** Neighbouring floats at each tap. */
  int run;

  /** Weights {@code [tap][i][whole vectors of output channels]}, from {@link #packedFrom} on. */
  float[] packed = new float[0];

  int packedFrom;

  /** Padded to whole blocks; the block's begins at {@link #biasFrom}. */
  float[] bias = new float[0];

  int biasFrom;
  int dstFrom;

  /** Lanes of the block that count: whole vectors, or fewer than one. */
  int laneCount;

  /** How much later each further vector begins. */
  int apart;

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;

  /** From {@link ProductKernels#work}. */
  float[][] work = new float[0][];

  /** How much later than the first the output channel of a lane is. */
  int channel(int lane, int lanes) {
    return lane / lanes * apart + lane % lanes;
  }
}

package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * A rectangle of outputs of a depthwise convolution that meet the same taps: {@code dst[r][p][c] =
 * bias[c] + sum over taps i, j of src[r * srcRowStep + i * tapRowStep + p * pixelStep + j * tapStep
 * + c] * weights[c][i][j]}. Distances are in elements. Changed and used again.
 */
final class Region {
  /**
   * Weights {@code [vector][tap][lane]} of all taps, also those that outputs do not meet; the last
   * vector begins early rather than reach beyond the last channel.
   */
  float[] packed = new float[0];

  /** One number a channel, readable up to a vector beyond the last. */
  float[] bias = new float[0];

  /** Those of all pixels of a vector, where it holds several: a pixel stands for them here. */
  int channelCount;

  /** Taps of a vector of weights, in all and in a row. */
  int allTaps;

  int rowTaps;

  /** The first tap that is met. */
  int firstTap;

  /** Where the first tap of the first output lies in the source. */
  long srcBegin;

  long srcRowStep;
  long tapRowStep;
  long pixelStep;
  long tapStep;
  long dstBegin;
  long dstRowStep;
  long dstStep;

  /** Rows of outputs, and outputs of a row. */
  int rows;

  int count;

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;

  /** Takes rows of one output for the outputs of one row. */
  void turn() {
    count = rows;
    pixelStep = srcRowStep;
    dstStep = dstRowStep;
    rows = 1;
  }
}

package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/** Neighbouring outputs of one row of a depthwise convolution; changed and used again. */
final class DepthwiseRow {
  /** Where source rows that are met begin, in elements: position 0 of the row. */
  final long[] rows;

  /** Which row of kernel taps meets each, as the index of its first tap. */
  final int[] rowTaps;

  int rowCount;

  /** Where the first tap of the first output lies in a source row, in elements. */
  long first;

  int tapFrom;
  int tapCount;
  long tapStep;
  long pixelStep;
  long dstOffset;
  long dstStep;
  int count;
  final int channelCount;

  /** Weights {@code [tap][channel]}. */
  float[] packed = new float[0];

  /** One number a channel, readable up to a vector beyond the last. */
  float[] bias = new float[0];

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;

  /** From {@link DepthwiseKernels#depthwiseWork}. */
  float[][] work = new float[0][];

  DepthwiseRow(int mostRows, int channelCount) {
    this.rows = new long[mostRows];
    this.rowTaps = new int[mostRows];
    this.channelCount = channelCount;
  }
}

package io.github.conv4j.internal.vector.reduction;

/**
 * Pixels at regular distances whose windows meet the source with the same taps, and a block of
 * their output channels; changed and used again.
 */
final class ReductionRun {
  /** Output channels of a block at most. */
  static final int MOST_OUT = 4;

  /** How many sums are reduced together. */
  static final int SUMS = 8;

  /** Taps of a wide step. */
  static final int WIDE = 3;

  /** Where each step of a pixel lies, in bytes; {@link #srcBegin} is added. */
  final long[] steps;

  /** Which tap of the window each step is, or begins with. */
  final int[] stepTaps;

  int stepCount;

  /** Whether a step is three taps as far apart as pixels are, so that pixels share what it sees. */
  boolean wide;

  /** What the steps of the first pixel are counted from, in bytes. */
  long srcBegin;

  /** From one pixel to the next, in bytes. */
  long pixelStep;

  int pixels;
  long dstBegin;
  long dstStep;

  /** Output channels of the block. */
  int out;

  /** Weights {@code [tap][vector of input channels][out][lane]}. */
  float[] packed = new float[0];

  /** One vector a channel of the block, with its bias in one lane. */
  float[] bias = new float[0];

  /** Weights of one vector of input channels. */
  int vectorFloats;

  /** Weights of one tap. */
  int tapFloats;

  /** Where a pixel's last vector of input channels begins, in bytes. */
  long lastVector;

  ReductionRun(int mostSteps) {
    steps = new long[mostSteps];
    stepTaps = new int[mostSteps];
  }

  /** How many pixels a kernel computes together for so many output channels. */
  static int blockPixels(int out) {
    return switch (out) {
      case 1 -> 8;
      case 2 -> 4;
      default -> 2;
    };
  }
}

package io.github.conv4j.internal.vector;

/**
 * Neighbouring rows of outputs of a depthwise convolution with 3x3 or 5x5 taps next to each other:
 * {@code dst[r][p][c] = bias[c] + sum over taps i, j inside of src[(r * rowStride + i) * srcRowStep
 * + (p * stride + j) * tapStep + c] * packed[i * taps + j][c]}. Taps beyond an edge are left out.
 * Changed and used again.
 */
final class DepthwiseBand {
  /** Outputs that a row has at least. */
  static final int LEAST_COUNT = 7;

  /** Weights {@code [tap row][tap][channel]}. */
  float[] packed = new float[0];

  /** One number a channel, readable up to a vector beyond the last. */
  float[] bias = new float[0];

  int channelCount;

  /** Taps on each of the two axes: 3 or 5. */
  int taps;

  /** From the window of one output of a row to that of the next, in pixels: 1 or 2. */
  int stride;

  /** From the windows of one row of outputs to those of the next, in rows. */
  int rowStride;

  /** Where the first tap of the first output lies, or would lie, in the source. In elements. */
  long srcBegin;

  long srcRowStep;
  long tapStep;
  long dstBegin;
  long dstRowStep;
  long dstStep;

  int rows;

  /** Outputs of a row. */
  int count;

  /** How many rows of taps of the first row of outputs lie beyond the upper edge. */
  int top;

  /** How many rows of taps of the last row of outputs lie beyond the lower edge. */
  int bottom;

  /** How many taps of the first output of a row lie beyond the left edge. */
  int left;

  /** How many taps of the last output of a row lie beyond the right edge. */
  int right;

  /** Whether loops take bands of this kind. */
  static boolean serves(int taps, long stride, long tapStep, int count, int left, int right) {
    return (taps == 3 || taps == 5)
        && tapStep == 1
        && (stride == 1 || stride == 2)
        && count >= LEAST_COUNT
        && left <= taps / 2
        && right <= taps / 2;
  }

  /** The first row of taps of a row of outputs that meets the source. */
  int firstTapRow(int row) {
    return Math.clamp(top - (long) row * rowStride, 0, taps);
  }

  /** The row of taps after the last that meets the source. */
  int endTapRow(int row) {
    return taps - Math.clamp(bottom - (long) (rows - 1 - row) * rowStride, 0, taps);
  }
}

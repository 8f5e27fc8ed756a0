package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Neighbouring rows of outputs of a convolution with 3x3 or 5x5 taps next to each other whose
 * groups have as many input as output channels: {@code dst[r][p][c] = bias[c] + sum over taps i, j
 * and channels k of the group of c of src[(r * rowStride + i) * srcRowStep + (p * stride + j) *
 * tapStep + k] * weights[c][k][i][j]}. Source elements beyond an edge are zero. Changed and used
 * again.
 */
final class Band {
  /** With fewer outputs a row has no blocks. */
  static final int LEAST_COUNT = 7;

  private static final int LINE_FLOATS = 16;

  /**
   * Weights {@code [vector][tap row][turn][tap][lane]} of vectors of channels, the last of which
   * begins early rather than reach beyond the last channel: what a source channel gives to the
   * channel {@code turn + 1} after it, counted round its group.
   */
  float[] packed = new float[0];

  /** One number a channel, readable up to a vector beyond the last. */
  float[] bias = new float[0];

  int channelCount;

  /** Channels of a group; 1 for a depthwise convolution. */
  int depth;

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

  /** Of one row of outputs the first row of taps that meets the source. */
  int beginTapRow;

  /** The row of taps after the last that does. */
  int endTapRow;

  /** How many rows of taps of the first row of outputs lie beyond the upper edge. */
  int top;

  /** How many rows of taps of the last row of outputs lie beyond the lower edge. */
  int bottom;

  /** How many taps of the first output of a row lie beyond the left edge. */
  int left;

  /** How many taps of the last output of a row lie beyond the right edge. */
  int right;

  /** Whether source rows are read before they are needed. */
  boolean readsAhead;

  /** What was read ahead, so that it is read indeed. */
  int seen;

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;

  /** Whether loops in blocks take bands of this kind. */
  static boolean serves(int taps, long stride, long tapStep, int count, int left, int right) {
    return (taps == 3 || taps == 5)
        && tapStep == 1
        && (stride == 1 || stride == 2)
        && count >= LEAST_COUNT
        && left <= taps / 2
        && right <= taps / 2;
  }

  /** Finds the rows of taps of a row of outputs that meet the source. */
  void takeRow(int row) {
    beginTapRow = Math.clamp(top - (long) row * rowStride, 0, taps);
    endTapRow = taps - Math.clamp(bottom - (long) (rows - 1 - row) * rowStride, 0, taps);
  }

  /**
   * Reads a float of each cache line of the source rows that no row of outputs before saw. In this
   * order the processor fetches them from far away much sooner than in that of a kernel.
   */
  void readAhead(int row, MemorySegment src) {
    long length = ((count - 1L) * stride + taps - 1 - left - right) * tapStep + channelCount;
    int seen = 0;
    for (int i = Math.max(beginTapRow, taps - rowStride); i < endTapRow; i++) {
      long begin = srcBegin + ((long) row * rowStride + i) * srcRowStep + left * tapStep;
      for (long at = 0; at < length; at += LINE_FLOATS) {
        seen ^= src.get(ValueLayout.JAVA_INT_UNALIGNED, (begin + at) * Float.BYTES);
      }
    }
    this.seen = seen;
  }

  /** The first tap in a row of an output that meets the source. */
  int firstTap(int pixel) {
    return Math.clamp(left - (long) pixel * stride, 0, taps);
  }

  /** The tap in a row after the last that meets the source. */
  int endTap(int pixel) {
    return taps - Math.clamp(right - (long) (count - 1 - pixel) * stride, 0, taps);
  }

  /** Whether blocks of all pixels of a row take rows that are shorter than {@link #LEAST_COUNT}. */
  boolean hasShortBlocks() {
    return taps == 3 && left <= 1 && right <= 1 && top < taps && bottom < taps && stride <= 2;
  }
}

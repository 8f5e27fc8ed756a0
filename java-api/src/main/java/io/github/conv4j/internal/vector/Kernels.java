package io.github.conv4j.internal.vector;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The innermost loops. One call does thousands of multiplications, so that the call costs nothing.
 */
interface Kernels {
  /** How many pixels a block of {@link #product} computes together. */
  int PIXEL_BLOCK = 8;

  /** Returns how many floats one vector holds; packed weights come in blocks of two vectors. */
  int lanes();

  /** Returns a name for {@code explain}, for example {@code vector512}. */
  String name();

  /**
   * Multiplies rows of a panel with packed weights: for each pixel {@code p} and output channel of
   * one block, {@code dst[p] = bias + sum over taps t and i < run of panel[bases[p] + taps[t] + i]
   * * packed[...]}.
   *
   * @param panel source values; reading {@code run} floats from any base plus tap stays inside
   * @param bases where each pixel's window begins in the panel
   * @param pixelCount how many pixels; both arrays of pixels go on for {@link #PIXEL_BLOCK} entries
   *     that repeat the last
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
  default float[][] productWork(int mostPixels) {
    return new float[0][];
  }

  /** Returns the working memory of {@link #depthwise}. */
  default float[][] depthwiseWork(int mostPixels, int channels) {
    return new float[0][];
  }

  /** Whether these are loops without vector instructions of their own. */
  default boolean isScalar() {
    return false;
  }

  /** Returns the loops for planes; null where there are none. */
  default @Nullable PlaneKernels planes() {
    return null;
  }

  /** Whether {@link #depthwise} takes so few channels. */
  default boolean takesChannels(int channelCount) {
    return channelCount >= lanes();
  }

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

    DepthwiseRow(int mostRows, int channelCount) {
      this.rows = new long[mostRows];
      this.rowTaps = new int[mostRows];
      this.channelCount = channelCount;
    }
  }

  /**
   * Convolves each channel with its own kernel, channels being neighbours in memory: {@code
   * dst[p][c] = bias[c] + sum over rows r and taps t of src[rows[r] + first + p * pixelStep + t *
   * tapStep + c] * packed[rowTaps[r] + tapFrom + t][c]}.
   *
   * @param work from {@link #depthwiseWork}
   */
  void depthwise(DepthwiseRow row, MemorySegment src, MemorySegment dst, float[][] work);

  /** Whether there are loops for bands of rows, edges included. */
  default boolean takesBands() {
    return false;
  }

  /** Whether the loops for bands take groups of so many channels, more than one. */
  default boolean takesGroups(int depth) {
    return false;
  }

  /** Convolves a band, as {@link Band} says. */
  default void band(Band band, MemorySegment src, MemorySegment dst) {
    throw new UnsupportedOperationException("scalar loops take rows");
  }

  /**
   * Copies pixels into a panel, each lane taking the channel that its block says: {@code panel[to +
   * i * planeFloats + r * rowPitch + c * lanes + l] = src[begin + r * rowStep + c * step +
   * index[i][l]]}.
   */
  void spread(LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to);

  /**
   * Multiplies the vectors of a panel with weights, lane by lane, as {@link LaneTile} says.
   *
   * @param sums working memory of {@code lanes} floats
   */
  void lanewise(LaneTile tile, MemorySegment dst, float[] sums);

  /**
   * Multiplies windows with the weights of a few output channels, lanes being input channels, and
   * adds up the lanes, as {@link ReductionRun} says.
   *
   * @param sums working memory of a vector for each output of the run, and for {@link
   *     ReductionRun#SUMS} more
   * @param results working memory of a float for each output of the run, and a vector more
   */
  default void reduction(
      ReductionRun run, MemorySegment src, MemorySegment dst, float[] sums, float[] results) {
    throw new UnsupportedOperationException("scalar loops have no lanes");
  }

  /** Multiplies the pixels of a tile with the weights of one block, as {@link ProductTile} says. */
  default void pointwise(ProductTile tile, ProductTile.Block block, MemorySegment dst) {
    throw new UnsupportedOperationException("scalar loops take lists of pixels");
  }
}

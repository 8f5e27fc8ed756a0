package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** The innermost loops for groups of few channels whose outputs read the source in place. */
public interface DepthwiseKernels {
  /** Returns the loops on the Vector API. */
  static DepthwiseKernels vector() {
    return new VectorDepthwiseKernels();
  }

  /** Returns the loops without it. */
  static DepthwiseKernels scalar() {
    return new ScalarDepthwise();
  }

  /** Returns how many floats one vector holds. */
  int lanes();

  /** Whether {@link #depthwise} takes so few channels. */
  boolean takesChannels(int channelCount);

  /** Returns the working memory of {@link #depthwise}. */
  float[][] depthwiseWork(int mostPixels, int channels);

  /**
   * Convolves each channel with its own kernel, channels being neighbours in memory: {@code
   * dst[p][c] = bias[c] + sum over rows r and taps t of src[rows[r] + first + p * pixelStep + t *
   * tapStep + c] * packed[rowTaps[r] + tapFrom + t][c]}.
   *
   * @param work from {@link #depthwiseWork}
   */
  void depthwise(DepthwiseRow row, MemorySegment src, MemorySegment dst, float[][] work);

  /** Whether there are loops for bands of rows, edges included. */
  boolean takesBands();

  /** Whether the loops for bands take groups of so many channels, more than one. */
  boolean takesGroups(int depth);

  /** Convolves a band, as {@link Band} says. */
  void band(Band band, MemorySegment src, MemorySegment dst);
}

package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.PostOps;

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

  /** Whether the loops for rows take so few channels. */
  boolean takesChannels(int channelCount);

  /** Returns the working memory of the loops for rows. */
  float[][] depthwiseWork(int mostPixels, int channels);

  /** Returns the loops for rows. */
  DepthwiseRowKernel row(PostOps postOps);

  /** Whether there are loops for bands of rows, edges included. */
  boolean takesBands();

  /** Whether the loops for bands take groups of so many channels, more than one. */
  boolean takesGroups(int depth);

  /**
   * Returns the loops for bands of a kind.
   *
   * @param kind one of them, with all rows of outputs
   */
  BandKernel band(Band kind, PostOps postOps);

  /** Whether there are loops for regions that meet so many taps. */
  boolean takesRegions(int taps);

  /**
   * Returns the loops for regions of a kind.
   *
   * @param rows of taps that outputs meet
   * @param columns of taps that outputs meet
   */
  RegionKernel region(int rows, int columns, PostOps postOps);
}

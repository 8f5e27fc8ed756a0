package io.github.conv4j.internal.vector.product;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Tiling;

/** The innermost loops for products of pixels with weights that all of them share. */
public interface ProductKernels {
  /** Returns the loops on the Vector API. */
  static ProductKernels vector() {
    return new VectorProductKernels();
  }

  /** Returns the loops without it. */
  static ProductKernels scalar() {
    return new ScalarProducts();
  }

  /** Returns how many floats one vector holds; packed weights come in whole vectors. */
  int lanes();

  /** Returns how many vectors of output channels a block of {@link #panel} has at most. */
  int mostPanelVectors();

  /**
   * Returns the kernel of a block of output channels.
   *
   * @param channelCount up to two vectors, or exactly {@link #mostPanelVectors}
   * @param run how many neighbouring values each tap has
   * @param postOps what the kernel does to its sums
   */
  PanelProductKernel panel(int channelCount, int run, PostOps postOps);

  /**
   * Returns how many pixels that are neighbours in dst best share vectors of so many output
   * channels, or 1.
   */
  int together(long out);

  /**
   * Returns how many neighbouring pixels of a row {@link #panelOfRow} kernels compute together, or
   * 0 where {@link #panel} kernels are faster.
   *
   * @param vectors of all output channels of a group, of the pixels that share them
   * @param together how many pixels share them
   */
  int pixelsOfRow(int vectors, int together, Tiling tiling);

  /**
   * Returns the kernel of all output channels of a group, of neighbouring pixels of a row.
   *
   * @param channelCount of the pixels that share vectors; up to one vector if none do
   * @param row of {@link #pixelsOfRow}
   * @param run how many neighbouring values each tap has
   * @param postOps what the kernel does to its sums
   */
  PanelProductKernel panelOfRow(int channelCount, PixelRow row, int run, PostOps postOps);

  /** Returns the working memory of {@link #panel} kernels for up to so many pixels. */
  float[][] work(int mostPixels);

  /** Whether {@link #pointwise} kernels are there, and faster. */
  boolean takesPointwise(long in, long out, long pixels);

  /** Whether {@link #pointwise} kernels read a copy of the source values. */
  boolean pointwiseTakesCopies();

  /** Whether {@link #pointwise} kernels are as fast with post-ops. */
  boolean pointwiseTakesPostOps();

  /** Returns how many pixels {@link #pointwise} kernels of such a layer compute together. */
  int pointwiseTogether(long out, long pixels);

  /** Returns how many vectors of output channels a block of so many pixels has at most. */
  int mostPointwiseVectors(long pixels);

  /**
   * Returns the kernel of a block of output channels.
   *
   * @param vectors of output channels, one, two or {@link #mostPointwiseVectors}, or all of {@link
   *     #pointwiseTogether}
   * @param out output channels of the whole layer
   * @param pixels of the whole layer
   * @param postOps what the kernel does to its sums
   */
  PointwiseKernel pointwise(int vectors, long out, long pixels, PostOps postOps);

  /** Returns the kernel of a pass over what {@link #pointwise} kernels without post-ops left. */
  SumRowsKernel sumRows(PostOps postOps);
}

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

  /**
   * Cuts the output channels of a group into blocks.
   *
   * @param inRows whether {@link #panelOfRow} kernels compute them, and not {@link #panel} ones
   * @param least how many blocks threads need, where kernels have a choice
   */
  ChannelBlocks blocks(int channels, boolean inRows, int least);

  /**
   * Returns the kernel of a block of output channels.
   *
   * @param channelCount of one of {@link #blocks}
   * @param run how many neighbouring values each tap has
   * @param postOps what the kernel does to its sums
   */
  PanelProductKernel panel(int channelCount, int run, PostOps postOps);

  /**
   * Whether {@link #panel} and {@link #panelOfRow} kernels are as fast with such post-ops as with a
   * pass of {@link #sumRows} over what they leave in dst.
   */
  boolean panelsTake(PostOps postOps);

  /**
   * Returns how many pixels that are neighbours in dst best share vectors of so many output
   * channels, or 1.
   */
  int together(long out);

  /**
   * Returns how many neighbouring pixels of a row {@link #panelOfRow} kernels compute together, or
   * 0 where {@link #panel} kernels are faster.
   *
   * @param vectors of the widest block of output channels, or of the pixels that share them
   * @param together how many pixels share them
   * @param postOps what kernels do to their sums
   */
  int pixelsOfRow(int vectors, int together, Tiling tiling, PostOps postOps);

  /**
   * Returns the kernel of a block of output channels, of neighbouring pixels of a row.
   *
   * @param channelCount of the pixels that share vectors; of a block if none do
   * @param row of {@link #pixelsOfRow}
   * @param run how many neighbouring values each tap has, of {@link #runOfRow}
   * @param postOps what the kernel does to its sums
   */
  PanelProductKernel panelOfRow(int channelCount, PixelRow row, int run, PostOps postOps);

  /**
   * Returns how many neighbouring values a tap of {@link #panelOfRow} kernels has, a divisor of all
   * of them; 0 if there is no fast one.
   */
  int runOfRow(int all);

  /**
   * Returns how many neighbouring values a tap of {@link #panel} kernels has, a divisor of all.
   *
   * @param blocks of output channels
   */
  int runOfList(ChannelBlocks blocks, int all);

  /** Returns the most pixels of a row for which panels have {@link #chunk}s; 0 without chunks. */
  int mostPixelsOfRow(PostOps postOps);

  /** Returns how many channels of a pixel lie together in panels of rows; 0 if all do. */
  int chunk();

  /** Returns what copies pixels into panels of {@link #chunk}s. */
  ChunkCopyKernel chunkCopy();

  /** Returns the working memory of {@link #panel} kernels for up to so many pixels. */
  float[][] work(int mostPixels);

  /** Whether {@link #pointwise} kernels are there, and were measured to be faster. */
  boolean takesPointwise(long in, long out, long pixels);

  /**
   * Whether {@link #pointwise} kernels are faster although the pixels that a layer with strides
   * meets are copied first.
   *
   * @param pixels of dst
   * @param columns of dst
   */
  boolean takesStrided(long in, long out, long pixels, long columns);

  /** Whether {@link #pointwise} kernels read a copy of the source values. */
  boolean pointwiseTakesCopies();

  /** Whether {@link #pointwise} kernels are as fast with post-ops. */
  boolean pointwiseTakesPostOps();

  /** Returns how many pixels {@link #pointwise} kernels of such a layer compute together. */
  int pointwiseTogether(long out, long pixels);

  /**
   * Cuts the output channels of a layer of so many pixels into the blocks of {@link #pointwise}.
   *
   * @param least how many blocks threads need, where kernels have a choice
   */
  ChannelBlocks pointwiseBlocks(int out, long pixels, int least);

  /**
   * Returns the kernel of a block of output channels.
   *
   * @param vectors of output channels, of one of {@link #pointwiseBlocks}
   * @param out output channels of the whole layer
   * @param pixels of the whole layer
   * @param postOps what the kernel does to its sums
   */
  PointwiseKernel pointwise(int vectors, long out, long pixels, PostOps postOps);

  /** Returns the kernel of a pass over what kernels without post-ops left. */
  SumRowsKernel sumRows(PostOps postOps);
}

package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** Copies and mixtures of pixels, whose channels are neighbours. */
interface PixelLoops {
  /**
   * Copies rows of neighbours: {@code dst[to + r * dstPitch + i] = src[from + r * srcPitch + i]}.
   */
  void copyRows(
      MemorySegment src,
      long from,
      long srcPitch,
      MemorySegment dst,
      long to,
      long dstPitch,
      long rows,
      int count);

  /**
   * Copies chosen pixels: pixel {@code i} of dst, at {@code to + i * pitch}, is pixel {@code
   * index[i]} of src.
   */
  void gather(
      MemorySegment src,
      long from,
      int[] index,
      int channels,
      MemorySegment dst,
      long to,
      long pitch);

  /**
   * Mixes pairs of pixels: pixel {@code i} of dst is {@code lowWeights[i] * src[low[i]] +
   * highWeights[i] * src[high[i]]}.
   */
  void mix(
      MemorySegment src,
      long from,
      int[] low,
      int[] high,
      float[] lowWeights,
      float[] highWeights,
      int channels,
      MemorySegment dst,
      long to);

  /** Mixes two rows: {@code dst[to + i] = aWeight * a[aAt + i] + bWeight * b[bAt + i]}. */
  void mixRows(
      MemorySegment a,
      long aAt,
      float aWeight,
      MemorySegment b,
      long bAt,
      float bWeight,
      MemorySegment dst,
      long to,
      int count);

  /**
   * Makes pixels of three planes: {@code dst[to + 3 * i + p] = src[from + p * planeStride + i]}.
   */
  void colours(
      MemorySegment src, long from, long planeStride, MemorySegment dst, long to, int count);

  /**
   * Puts rows of several arrays behind each other: row {@code r} of dst is row {@code r} of first,
   * then those of the others.
   *
   * @param counts the elements of a row of first, then of the others
   * @param begin the first row; {@code end} is behind the last
   */
  void assemble(
      MemorySegment first,
      MemorySegment[] others,
      int[] counts,
      long begin,
      long end,
      MemorySegment dst);
}

package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** Integers of 8 bits become floats, floats become such integers, and some become the largest. */
interface ByteLoops {
  /** {@code dst = (src - zeroPoint) * scale}. */
  void dequantize(
      MemorySegment src, long from, ByteScale scale, MemorySegment dst, long to, int count);

  /**
   * {@code dst = src / scale}, rounded half to even, plus the zero point, saturated; what is not a
   * number becomes the zero point.
   */
  void quantize(
      MemorySegment src, long from, MemorySegment dst, long to, ByteScale scale, int count);

  /**
   * Makes pixels of three planes, quantized like {@link #quantize}: {@code dst[to + 3 * i + p]} is
   * made of {@code src[from + p * planeStride + i]}.
   */
  void quantizeColours(
      MemorySegment src,
      long from,
      long planeStride,
      MemorySegment dst,
      long to,
      ByteScale scale,
      int count);

  /**
   * {@code dst = src * factors + other}, each of them dequantized first, with a rounding an
   * operation, and quantized at the end as {@link #quantize} does.
   *
   * @param at where all three begin
   * @param factors floats
   * @param first where they begin
   */
  void multiplyAdd(
      MemorySegment src,
      ByteScale ofSrc,
      MemorySegment factors,
      long first,
      MemorySegment other,
      ByteScale ofOther,
      MemorySegment dst,
      ByteScale ofDst,
      long at,
      int count);

  /**
   * {@code dst = (src - srcZeroPoint) * factors + (other - otherZeroPoint) * otherFactor}, where
   * tensors are u8, rounded half to even, plus the zero point, saturated: fewer roundings than
   * {@link #multiplyAdd} has.
   *
   * @param at where all three begin
   * @param factors floats, finite
   * @param first where they begin
   */
  void multiplyAddFused(
      MemorySegment src,
      int srcZeroPoint,
      MemorySegment factors,
      long first,
      MemorySegment other,
      int otherZeroPoint,
      float otherFactor,
      MemorySegment dst,
      int dstZeroPoint,
      long at,
      int count);

  /** Returns what gives the largest of windows of bytes; neither alpha nor scale count. */
  WindowLoop largest(boolean isSigned);

  /** Adds bytes to sums of 32 bits: {@code sums[i] += src[from + i]}, from begin up to end. */
  void add(MemorySegment src, long from, boolean isSigned, MemorySegment sums, int begin, int end);
}

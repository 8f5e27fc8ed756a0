package io.github.conv4j.internal.vector.plane;

import java.lang.foreign.MemorySegment;

/** The innermost loops for planes: neighbouring pixels are the lanes. */
public interface PlaneKernels {
  /** Returns the loops on the Vector API. */
  static PlaneKernels vector() {
    return new VectorPlanes();
  }

  /** How many output channels a block of {@link #product} computes together. */
  int CHANNEL_BLOCK = 8;

  /** Returns how many pixels a block has; panels and results go on for that many. */
  int blockPixels();

  /**
   * Eight output channels: {@code out[o * outPitch + p] = bias[o] + sum over k of panel[base +
   * offsets[k] + p] * packed[8 * k + o]}.
   *
   * @param pixelCount how many pixels; whole vectors are read and written
   */
  void product(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      float[] out,
      int outPitch,
      int pixelCount);

  /** Whether {@link #productInto} takes so few pixels. */
  boolean takesRun(int pixelCount);

  /**
   * The same with the results of each channel straight into memory, without gaps between pixels.
   */
  void productInto(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment out,
      long outFrom,
      long outPitch,
      int pixelCount);

  /** One output channel, the same sum with one weight an offset. */
  void single(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float bias,
      float[] out,
      int pixelCount);

  /**
   * Copies every {@code step}-th element of some rows of a segment into an array.
   *
   * @param offset the first element
   * @param rowStride from one row of the segment to the next, in elements
   * @param room how much of the array after {@code at} may be overwritten, beyond the rows too
   */
  void load(
      MemorySegment from,
      long offset,
      long rowStride,
      long step,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch,
      int room);

  /**
   * Copies some rows of an array into a segment, each element {@code step} after the one before.
   */
  void store(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride,
      long step);

  /** Channels under 3x3 kernels of stride 1 that keep their size; changed and used again. */
  final class Stencil {
    int width;
    int height;
    int dilationDown;
    int dilationAcross;

    /** Where a plane begins in the panel; what surrounds it is zero. */
    int margin;

    /** All bits set for each column whose left tap is in the row, again and again. */
    int[] left = new int[0];

    int[] right = new int[0];

    /** Nine weights a channel. */
    float[] packed = new float[0];

    float[] bias = new float[0];
    int channelBegin;
    int channelEnd;
    long srcBegin;
    long srcChannel;
    long dstBegin;
    long dstChannel;
  }

  /** Returns whether {@link #stencil} takes planes of this size, with taps so many rows apart. */
  boolean takesPlane(int width, int height, int dilationDown);

  /** Convolves each of some channels, both tensors having planes without gaps. */
  void stencil(Stencil job, float[] panel, MemorySegment from, MemorySegment to);
}

package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import java.lang.foreign.MemorySegment;

/** The innermost loops for planes: neighbouring pixels are the lanes. */
public interface PlaneKernels {
  /** Returns the loops on the Vector API. */
  static PlaneKernels vector() {
    return new VectorPlanes();
  }

  /** Returns how many floats one vector holds. */
  int lanes();

  /**
   * Returns how many output channels are computed together where there are enough.
   *
   * @param pointwise whether all kernels are 1 long
   */
  int blockChannels(boolean pointwise);

  /** Returns how many pixels a block has at most; panels and results go on for that many. */
  int blockPixels();

  /** Returns the kernel for {@link #blockChannels}, or one channel, with results on the heap. */
  PlaneProductKernel product(int channels, PostOps postOps);

  /** Whether {@link #productInto} takes so few pixels. */
  boolean takesRun(int pixelCount);

  /**
   * Returns the kernel for {@link #blockChannels} with the results of each straight into dst,
   * without gaps between pixels.
   */
  PlaneProductKernel productInto(int channels, PostOps postOps);

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

  /** Planes under 3x3 kernels of stride 1 that keep their size; changed and used again. */
  final class Stencil {
    int width;
    int height;
    int dilationDown;
    int dilationAcross;

    /** Where a plane begins in the panel; what surrounds it is zero. */
    int margin;

    /** How many blocks of rows there are; the last begins early. */
    int rowBlocks;

    /** Where the last vector of a row begins, if a row is as long. */
    int lastColumn;

    /** Where the last block of rows and pixels begins. */
    int lastPixel;

    /** All bits set for each column whose left tap is in the row, again and again. */
    float[] left = new float[0];

    float[] right = new float[0];

    /** Nine weights a channel. */
    float[] packed = new float[0];

    float[] bias = new float[0];

    /** The operands of post-ops. */
    final EpilogueArguments epilogue;

    Stencil(EpilogueArguments epilogue) {
      this.epilogue = epilogue;
    }
  }

  /** Returns whether {@link #stencil} takes planes of this size, with taps so many rows apart. */
  boolean takesPlane(int width, int height, int dilationDown);

  /** How many rows a block of rows has. */
  int stencilRows();

  /** Returns the kernel of one channel. */
  StencilKernel stencil(PostOps postOps);

  /** Copies a plane without gaps into an array. */
  void loadPlane(MemorySegment from, long offset, float[] to, int at, int count);
}

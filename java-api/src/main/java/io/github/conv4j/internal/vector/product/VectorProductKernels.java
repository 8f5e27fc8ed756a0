package io.github.conv4j.internal.vector.product;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.RegisterBlock;

/** The products on the Vector API. */
final class VectorProductKernels implements ProductKernels {
  private static final int FEW_INPUTS = 24;

  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public PanelProductKernel panel(int channelCount, int run, PostOps postOps) {
    return PanelProductText.kernel(channelCount, run, postOps);
  }

  @Override
  public float[][] work(int mostPixels) {
    return new float[0][];
  }

  /** Whether all, or with many registers those for which it was measured to be faster. */
  @Override
  public boolean takesPointwise(long in, long out, long pixels) {
    return VectorWidth.REGISTERS < 32
        || in <= FEW_INPUTS
        || out <= 2L * lanes()
        || isInSevens(pixels);
  }

  /**
   * With few registers C2 keeps one of twelve sums in memory where anything but stores to one
   * segment follows them, which makes the kernel half as fast.
   */
  @Override
  public boolean pointwiseTakesPostOps() {
    return VectorWidth.REGISTERS >= 32;
  }

  @Override
  public PointwiseKernel pointwise(int vectors, long pixels, PostOps postOps) {
    return PointwiseText.kernel(new RegisterBlock(pixels(vectors, pixels), vectors), postOps);
  }

  @Override
  public SumRowsKernel sumRows(PostOps postOps) {
    return SumRowsText.kernel(postOps);
  }

  /** With two vectors of weights and one value, a block of six pixels takes 16 registers. */
  private static int pixels(int vectors, long pixels) {
    if (VectorWidth.REGISTERS < 32 && vectors == 2) {
      return 6;
    }
    return isInSevens(pixels) ? 7 : RegisterBlock.MOST_PIXELS;
  }

  /** Whether blocks of eight pixels would compute many of few pixels twice. */
  private static boolean isInSevens(long pixels) {
    return pixels % 7 == 0 && pixels % 8 != 0 && pixels < 64;
  }
}

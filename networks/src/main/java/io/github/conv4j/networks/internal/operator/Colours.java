package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** The three planes of images in colours become their pixels. */
public final class Colours extends RangedPrimitive {
  /** How many planes an image has. */
  public static final int COUNT = 3;

  private static final double PIXEL_NANOS = 1;

  /** So many pixels are one unit of work. */
  private static final int BLOCK = 4096;

  private final PixelLoops loops;
  private final long pixels;
  private final long blocks;

  /**
   * Plans a transposition of {@code [batch, 3, pixels]} to {@code [batch, pixels, 3]}.
   *
   * @param pixels of an image
   */
  public Colours(long batch, long pixels, int threads) {
    super(
        Sizes.product("batch and blocks", batch, Math.ceilDiv(pixels, BLOCK)),
        PIXEL_NANOS * Math.min(pixels, BLOCK),
        threads);
    Sizes.product("src", batch, COUNT, pixels);
    this.loops = Loops.current().pixels();
    this.pixels = pixels;
    this.blocks = Math.ceilDiv(pixels, BLOCK);
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long unit = begin; unit < end; unit++) {
        long image = unit / blocks * COUNT * pixels;
        long first = unit % blocks * BLOCK;
        int count = (int) Math.min(BLOCK, pixels - first);
        loops.colours(src, image + first, pixels, dst, image + first * COUNT, count);
      }
    };
  }
}

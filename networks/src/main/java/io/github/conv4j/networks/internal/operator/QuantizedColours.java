package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** The three planes of images in colours become their pixels, as integers of 8 bits. */
public final class QuantizedColours extends RangedPrimitive {
  private static final double PIXEL_NANOS = 1;

  /** So many pixels are one unit of work. */
  private static final int BLOCK = 4096;

  private final ByteLoops loops;
  private final ByteScale scale;
  private final long pixels;
  private final long blocks;

  /**
   * Plans {@code [batch, 3, pixels]} of floats to {@code [batch, pixels, 3]}.
   *
   * @param pixels of an image
   */
  public QuantizedColours(long batch, long pixels, ByteScale scale, int threads) {
    super(
        Sizes.product("batch and blocks", batch, Math.ceilDiv(pixels, BLOCK)),
        PIXEL_NANOS * Math.min(pixels, BLOCK),
        threads);
    Sizes.product("src", batch, Colours.COUNT, pixels);
    this.loops = Loops.current().bytes();
    this.scale = scale;
    this.pixels = pixels;
    this.blocks = Math.ceilDiv(pixels, BLOCK);
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long unit = begin; unit < end; unit++) {
        long image = unit / blocks * Colours.COUNT * pixels;
        long first = unit % blocks * BLOCK;
        int count = (int) Math.min(BLOCK, pixels - first);
        long to = image + first * Colours.COUNT;
        loops.quantizeColours(src, image + first, pixels, dst, to, scale, count);
      }
    };
  }
}

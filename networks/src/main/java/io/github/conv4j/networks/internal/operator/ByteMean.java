package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The mean of each channel of images of 8-bit integers, whose channels are neighbours: integers are
 * added, so that nothing is rounded before the mean is.
 */
public final class ByteMean extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.2;

  /** Sums of as many integers fit into 32 bits. */
  private static final long MOST_PIXELS = Integer.MAX_VALUE / 255;

  /** Pixels are added in rows of about so many integers: fewer would leave vectors empty. */
  private static final int ROW = 512;

  private final ByteLoops loops;
  private final long pixels;
  private final int channels;
  private final int pixelsPerRow;
  private final ByteScale src;
  private final Optional<ByteScale> dst;

  /**
   * Plans means.
   *
   * @param pixels how many integers become one
   * @param src what integers mean
   * @param dst what they mean in the result; empty for floats
   */
  public ByteMean(
      long batch, long pixels, long channels, ByteScale src, Optional<ByteScale> dst, int threads) {
    super(
        Sizes.product("batch", batch),
        ELEMENT_NANOS * Sizes.product("image", pixels, channels),
        threads);
    if (pixels > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "a mean is of at most %d integers, not %d".formatted(MOST_PIXELS, pixels));
    }
    this.loops = Loops.current().bytes();
    this.pixels = pixels;
    this.channels = Math.toIntExact(channels);
    this.pixelsPerRow = Math.clamp(ROW / channels, 1, (int) Math.max(1, pixels));
    this.src = src;
    this.dst = dst;
  }

  @Override
  public long scratchpadByteSize() {
    return (long) pixelsPerRow * channels * Integer.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment sums) {
    return (begin, end, from, to, _) -> {
      for (long image = begin; image < end; image++) {
        for (int i = 0; i < pixelsPerRow * channels; i++) {
          sums.setAtIndex(JAVA_INT_UNALIGNED, i, 0);
        }
        for (long pixel = 0; pixel < pixels; pixel += pixelsPerRow) {
          int count = (int) Math.min(pixelsPerRow, pixels - pixel) * channels;
          loops.add(from, (image * pixels + pixel) * channels, src.isSigned(), sums, 0, count);
        }
        addPixels(sums);
        write(sums, to, image * channels);
      }
    };
  }

  /** Adds the sums of all pixels of a row to those of the first. */
  private void addPixels(MemorySegment sums) {
    for (int pixel = 1; pixel < pixelsPerRow; pixel++) {
      for (int c = 0; c < channels; c++) {
        int more = sums.getAtIndex(JAVA_INT_UNALIGNED, pixel * channels + c);
        sums.setAtIndex(JAVA_INT_UNALIGNED, c, sums.getAtIndex(JAVA_INT_UNALIGNED, c) + more);
      }
    }
  }

  private void write(MemorySegment sums, MemorySegment to, long at) {
    for (int c = 0; c < channels; c++) {
      double mean = (double) sums.getAtIndex(JAVA_INT_UNALIGNED, c) / pixels;
      float value = (float) ((mean - src.zeroPoint()) * src.scale());
      if (dst.isPresent()) {
        to.set(JAVA_BYTE, at + c, dst.get().quantized(value));
      } else {
        to.setAtIndex(JAVA_FLOAT_UNALIGNED, at + c, value);
      }
    }
  }
}

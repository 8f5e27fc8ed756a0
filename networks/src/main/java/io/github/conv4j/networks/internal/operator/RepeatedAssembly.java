package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Puts the channels of images {@code [n, d, h, w, c]} behind each other: of src, then of the
 * operands. Each pixel of an image is there as often along each axis as makes all of them as large
 * as dst.
 */
public final class RepeatedAssembly extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.3;

  private final PixelLoops loops;
  private final int depth;
  private final int height;
  private final int width;
  private final Image[] images;
  private final int[][] columns;
  private final long channels;

  /** An image of dst's batch. */
  public record Image(int depth, int height, int width, int channels) {
    /** Checks the sizes. */
    public Image {
      Sizes.positive(depth, "depth");
      Sizes.positive(height, "height");
      Sizes.positive(width, "width");
      Sizes.positive(channels, "channels");
    }
  }

  /** Plans images of dst, whose sizes are multiples of theirs. */
  public RepeatedAssembly(
      long batch, int depth, int height, int width, Image[] images, int threads) {
    super(
        Sizes.product("batch and rows", batch, depth, height),
        ELEMENT_NANOS * Sizes.product("row", width, channels(images)),
        threads);
    Sizes.product("dst", batch, depth, height, width, channels(images));
    this.loops = Loops.current().pixels();
    this.depth = depth;
    this.height = height;
    this.width = width;
    this.images = images.clone();
    this.columns = new int[images.length][width];
    this.channels = channels(images);
    for (int i = 0; i < images.length; i++) {
      times(depth, images[i].depth(), "depth");
      times(height, images[i].height(), "height");
      int times = times(width, images[i].width(), "width");
      Arrays.setAll(columns[i], column -> column / times);
    }
  }

  private static long channels(Image[] images) {
    return Sizes.positive(Arrays.stream(images).mapToLong(Image::channels).sum(), "channels");
  }

  private static int times(int size, int ofImage, String name) {
    if (size % ofImage != 0) {
      throw new IllegalArgumentException(
          "%s %d is no multiple of that of an image, %d".formatted(name, size, ofImage));
    }
    return size / ofImage;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, operands) -> {
      for (long row = begin; row < end; row++) {
        run(row, row > begin, src, dst, operands);
      }
    };
  }

  /** Images whose row is that of the row before are copied from there, with all others. */
  private void run(
      long dstRow,
      boolean hasPrevious,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment[] operands) {
    long to = dstRow * width * channels;
    boolean copies = false;
    for (Image image : images) {
      copies |= hasPrevious && row(image, dstRow) == row(image, dstRow - 1);
    }
    if (copies) {
      long size = width * channels;
      MemorySegment.copy(dst, (to - size) * Float.BYTES, dst, to * Float.BYTES, size * Float.BYTES);
    }
    for (int i = 0; i < images.length; i++) {
      Image image = images[i];
      long row = row(image, dstRow);
      if (!copies || row != row(image, dstRow - 1)) {
        long from = row * image.width() * image.channels();
        MemorySegment array = i == 0 ? src : operands[i - 1];
        loops.gather(array, from, columns[i], image.channels(), dst, to, channels);
      }
      to += image.channels();
    }
  }

  /** Returns the row of an image that is in a row of dst. */
  private long row(Image image, long dstRow) {
    int y = (int) (dstRow % height) / (height / image.height());
    int z = (int) (dstRow / height % depth) / (depth / image.depth());
    return (dstRow / height / depth * image.depth() + z) * image.height() + y;
  }
}

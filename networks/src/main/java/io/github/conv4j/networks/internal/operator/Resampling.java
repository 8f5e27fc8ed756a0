package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * Resamples {@code [n, d, h, w, c]} channels-last along its spatial axes: nearest neighbours, or
 * mixtures of two on each axis.
 */
public final class Resampling extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.6;

  private final ResamplingAxis depth;
  private final ResamplingAxis height;
  private final ResamplingAxis width;
  private final int channels;
  private final boolean copiesColumns;
  private final boolean keepsColumns;
  private final PixelLoops pixels;
  private final int srcRow;
  private final int dstRow;

  /** Plans a resampling; an axis that is not there is {@link ResamplingAxis#NONE}. */
  public Resampling(
      long batch,
      ResamplingAxis depth,
      ResamplingAxis height,
      ResamplingAxis width,
      int channels,
      int threads) {
    super(
        Sizes.product("batch, depth, height", batch, depth.dstSize(), height.dstSize()),
        ELEMENT_NANOS * Sizes.product("width, channels", width.dstSize(), channels),
        threads);
    this.depth = depth;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.copiesColumns = width.isCopy();
    this.keepsColumns = width.isIdentity();
    this.pixels = Loops.current().pixels();
    this.srcRow = Math.multiplyExact(width.srcSize(), channels);
    this.dstRow = Math.multiplyExact(width.dstSize(), channels);
    Sizes.product("src", batch, depth.srcSize(), height.srcSize(), srcRow);
    Sizes.product("dst", batch, depth.dstSize(), height.dstSize(), dstRow);
  }

  /** Two rows of the source: mixed along the height, and along the depth. */
  @Override
  public long scratchpadByteSize() {
    return 2L * srcRow * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long row = begin; row < end; row++) {
        run(row, src, dst, scratchpad);
      }
    };
  }

  private void run(long row, MemorySegment src, MemorySegment dst, MemorySegment scratchpad) {
    int h = (int) (row % height.dstSize());
    long rest = row / height.dstSize();
    int d = (int) (rest % depth.dstSize());
    long image = rest / depth.dstSize() * depth.srcSize();
    long to = row * dstRow;
    long low = image + depth.low()[d];
    if (depth.isCopy(d)) {
      columns(src, low, h, 0, scratchpad, dst, to);
      return;
    }
    long high = image + depth.high()[d];
    rows(src, low, h, scratchpad, 0);
    rows(src, high, h, scratchpad, srcRow);
    pixels.mixRows(
        scratchpad,
        0,
        depth.lowWeights()[d],
        scratchpad,
        srcRow,
        depth.highWeights()[d],
        scratchpad,
        0,
        srcRow);
    columns(scratchpad, 0, dst, to);
  }

  /** Resamples a row of one plane, into dst if that needs no step between. */
  private void columns(
      MemorySegment src,
      long plane,
      int h,
      long work,
      MemorySegment scratchpad,
      MemorySegment dst,
      long to) {
    if (height.isCopy(h)) {
      columns(src, (plane * height.srcSize() + height.low()[h]) * srcRow, dst, to);
    } else if (keepsColumns) {
      rows(src, plane, h, dst, to);
    } else {
      rows(src, plane, h, scratchpad, work);
      columns(scratchpad, work, dst, to);
    }
  }

  /** Mixes two rows of a plane. */
  private void rows(MemorySegment src, long plane, int h, MemorySegment into, long at) {
    long base = plane * height.srcSize();
    pixels.mixRows(
        src,
        (base + height.low()[h]) * srcRow,
        height.lowWeights()[h],
        src,
        (base + height.high()[h]) * srcRow,
        height.highWeights()[h],
        into,
        at,
        srcRow);
  }

  private void columns(MemorySegment src, long from, MemorySegment dst, long to) {
    if (keepsColumns) {
      MemorySegment.copy(
          src, from * Float.BYTES, dst, to * Float.BYTES, (long) dstRow * Float.BYTES);
    } else if (copiesColumns) {
      pixels.gather(src, from, width.low(), channels, dst, to);
    } else {
      pixels.mix(
          src,
          from,
          width.low(),
          width.high(),
          width.lowWeights(),
          width.highWeights(),
          channels,
          dst,
          to);
    }
  }
}

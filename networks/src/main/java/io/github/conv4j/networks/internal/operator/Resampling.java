package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * Enlarges or shrinks {@code [n, d, h, w, c]} channels-last by tables of elements, with an axis of
 * one element where there are fewer: first between rows and planes, then along the rows. A row of
 * the same elements as the one before is copied.
 */
public final class Resampling extends RangedPrimitive {
  private static final double COPY_NANOS = 0.2;
  private static final double MIX_NANOS = 0.5;

  private final PixelLoops loops;
  private final ResamplingAxis depth;
  private final ResamplingAxis height;
  private final ResamplingAxis width;
  private final int channels;
  private final int srcRow;
  private final int dstRow;

  /** Plans a resampling of a batch of images, volumes or rows. */
  public Resampling(
      long batch,
      ResamplingAxis depth,
      ResamplingAxis height,
      ResamplingAxis width,
      int channels,
      int threads) {
    super(
        Sizes.product("batch and rows", batch, depth.dstSize(), height.dstSize()),
        Sizes.product("row", width.dstSize(), channels)
            * (depth.isNearest() && height.isNearest() && width.isNearest()
                ? COPY_NANOS
                : MIX_NANOS),
        threads);
    Sizes.product("src", batch, depth.srcSize(), height.srcSize(), width.srcSize(), channels);
    Sizes.product("dst", batch, depth.dstSize(), height.dstSize(), width.dstSize(), channels);
    this.loops = Loops.current().pixels();
    this.depth = depth;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.srcRow = Math.multiplyExact(width.srcSize(), channels);
    this.dstRow = Math.multiplyExact(width.dstSize(), channels);
  }

  @Override
  public long scratchpadByteSize() {
    if (depth.isNearest() && height.isNearest()) {
      return 0;
    }
    boolean mixesMixtures = !depth.isNearest() && !height.isNearest();
    return (mixesMixtures ? 3L : 1L) * srcRow * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long row = begin; row < end; row++) {
        run(row, row > begin, src, dst, scratchpad);
      }
    };
  }

  private void run(
      long index, boolean hasPrevious, MemorySegment src, MemorySegment dst, MemorySegment mixed) {
    int row = (int) (index % height.dstSize());
    long rest = index / height.dstSize();
    int plane = (int) (rest % depth.dstSize());
    long image = rest / depth.dstSize();
    long to = index * dstRow;
    if (hasPrevious && row > 0 && isSame(height, row - 1, row)) {
      long from = to - dstRow;
      MemorySegment.copy(
          dst, from * Float.BYTES, dst, to * Float.BYTES, (long) dstRow * Float.BYTES);
      return;
    }
    long low = image * depth.srcSize() + depth.low()[plane];
    if (depth.isNearest() && height.isNearest()) {
      alongRow(src, rowOf(low, height.low()[row]), dst, to);
      return;
    }
    long high = image * depth.srcSize() + depth.high()[plane];
    if (depth.isNearest()) {
      betweenRows(src, low, row, mixed, 0);
    } else if (height.isNearest()) {
      int at = height.low()[row];
      betweenPlanes(src, rowOf(low, at), rowOf(high, at), plane, mixed);
    } else {
      betweenRows(src, low, row, mixed, srcRow);
      betweenRows(src, high, row, mixed, 2L * srcRow);
      betweenPlanes(mixed, srcRow, 2L * srcRow, plane, mixed);
    }
    alongRow(mixed, 0, dst, to);
  }

  private static boolean isSame(ResamplingAxis axis, int a, int b) {
    return axis.low()[a] == axis.low()[b]
        && axis.high()[a] == axis.high()[b]
        && axis.lowWeights()[a] == axis.lowWeights()[b]
        && axis.highWeights()[a] == axis.highWeights()[b];
  }

  /** Returns where a row of a plane of src begins. */
  private long rowOf(long plane, int row) {
    return (plane * height.srcSize() + row) * srcRow;
  }

  private void betweenRows(MemorySegment src, long plane, int row, MemorySegment mixed, long to) {
    loops.mixRows(
        src,
        rowOf(plane, height.low()[row]),
        height.lowWeights()[row],
        src,
        rowOf(plane, height.high()[row]),
        height.highWeights()[row],
        mixed,
        to,
        srcRow);
  }

  private void betweenPlanes(
      MemorySegment rows, long low, long high, int plane, MemorySegment mixed) {
    loops.mixRows(
        rows,
        low,
        depth.lowWeights()[plane],
        rows,
        high,
        depth.highWeights()[plane],
        mixed,
        0,
        srcRow);
  }

  private void alongRow(MemorySegment src, long from, MemorySegment dst, long to) {
    if (width.isNearest()) {
      loops.gather(src, from, width.low(), channels, dst, to, channels);
    } else {
      loops.mix(
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

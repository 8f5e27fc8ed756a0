package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The largest or the mean element of each window: src is {@code [n, d, h, w, c]} channels-last,
 * with an axis of one element where there are fewer. Not a number makes the maximum not a number.
 */
public final class Pooling extends RangedPrimitive {
  private static final double TAP_NANOS = 0.3;

  /** Fewer windows in a row are folded one by one. */
  private static final int LEAST_PAIRS = 16;

  /** What a window becomes. */
  public enum Kind {
    /** Its largest element. */
    MAX,
    /** The same of integers of 8 bits. */
    MAX_S8,
    /** The same without sign. */
    MAX_U8,
    /** The sum of its elements, divided by their number. */
    AVERAGE,
    /** The same, divided by the number of elements and of what is padding. */
    AVERAGE_WITH_PADDING
  }

  /** What is known of an axis. */
  private record Windows(int[] first, int[] counts, int[] divisors, long stride, long imageStride) {
    static Windows of(PoolingAxis axis, Kind kind, long elementStride) {
      int[] counts = axis.tapCounts();
      return new Windows(
          axis.firstElements(),
          counts,
          kind == Kind.AVERAGE_WITH_PADDING ? axis.paddedTapCounts() : counts,
          axis.dilation() * elementStride,
          axis.srcSize() * elementStride);
    }

    /** Whether many windows have two taps, lie as far apart and are divided by the same. */
    boolean areEvenPairs() {
      if (first.length < LEAST_PAIRS) {
        return false;
      }
      for (int i = 0; i < first.length; i++) {
        if (counts[i] != 2
            || divisors[i] != divisors[0]
            || first[i] - first[0] != i * (first[1] - first[0])) {
          return false;
        }
      }
      return true;
    }

    long begin(int window, long elementStride) {
      return first[window] * elementStride;
    }
  }

  private final WindowLoop loop;
  private final boolean isMean;
  private final int channels;
  private final Windows planes;
  private final Windows rows;
  private final Windows columns;

  /** What takes windows of two rows and columns many at a time; null where windows are others. */
  private final @Nullable FoldLoop squares;

  /** Plans a pooling of a batch of images, volumes or rows. */
  public Pooling(
      Kind kind,
      long batch,
      PoolingAxis depth,
      PoolingAxis height,
      PoolingAxis width,
      int channels,
      int threads) {
    super(
        Sizes.product("batch and rows", batch, depth.dstSize(), height.dstSize()),
        TAP_NANOS
            * Sizes.product("row", width.dstSize(), channels)
            * Sizes.product("kernel", depth.kernel(), height.kernel(), width.kernel()),
        threads);
    Sizes.product("src", batch, depth.srcSize(), height.srcSize(), width.srcSize(), channels);
    Sizes.product("dst", batch, depth.dstSize(), height.dstSize(), width.dstSize(), channels);
    this.loop = loop(kind);
    this.isMean = kind == Kind.AVERAGE || kind == Kind.AVERAGE_WITH_PADDING;
    this.channels = channels;
    this.columns = Windows.of(width, kind, channels);
    this.squares = loop instanceof FoldLoop fold && columns.areEvenPairs() ? fold : null;
    this.rows = Windows.of(height, kind, columns.imageStride);
    this.planes = Windows.of(depth, kind, rows.imageStride);
  }

  private static WindowLoop loop(Kind kind) {
    Loops loops = Loops.current();
    return switch (kind) {
      case MAX -> loops.fold(FoldFunction.MAXIMUM);
      case MAX_S8 -> loops.bytes().largest(true);
      case MAX_U8 -> loops.bytes().largest(false);
      case AVERAGE, AVERAGE_WITH_PADDING -> loops.fold(FoldFunction.SUM);
    };
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long row = begin; row < end; row++) {
        run(row, src, dst);
      }
    };
  }

  /** Computes a row of windows. */
  private void run(long index, MemorySegment src, MemorySegment dst) {
    int row = (int) (index % rows.first.length);
    int plane = (int) (index / rows.first.length % planes.first.length);
    long image = index / rows.first.length / planes.first.length;
    long from =
        image * planes.imageStride
            + planes.begin(plane, rows.imageStride)
            + rows.begin(row, columns.imageStride);
    long to = index * columns.first.length * channels;
    int divisor = planes.divisors[plane] * rows.divisors[row];
    if (squares != null && planes.counts[plane] == 1 && rows.counts[row] == 2) {
      squares.squares(
          src,
          from,
          columns.first.length,
          columns.begin(1, channels) - columns.begin(0, channels),
          rows.stride,
          columns.stride,
          dst,
          to,
          channels,
          isMean ? 1f / (divisor * columns.divisors[0]) : 1);
      return;
    }
    for (int column = 0; column < columns.first.length; column++) {
      loop.window(
          src,
          from + columns.begin(column, channels),
          planes.counts[plane],
          planes.stride,
          rows.counts[row],
          rows.stride,
          columns.counts[column],
          columns.stride,
          dst,
          to + (long) column * channels,
          channels,
          0,
          isMean ? 1f / (divisor * columns.divisors[column]) : 1);
    }
  }

  /** Returns the mean of the elements of each channel. */
  public static Reduction globalAverage(long batch, long spatialSize, long channels, int threads) {
    return new Reduction(Reduction.Kind.MEAN, batch, spatialSize, channels, threads);
  }

  /** Returns the largest element of each channel. */
  public static Reduction globalMax(long batch, long spatialSize, long channels, int threads) {
    return new Reduction(Reduction.Kind.MAX, batch, spatialSize, channels, threads);
  }
}

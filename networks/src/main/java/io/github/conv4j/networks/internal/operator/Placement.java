package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes src into a window of dst, and a constant around it or nothing: padding, and the other
 * direction of a slice.
 */
public final class Placement extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.3;

  private final PixelLoops loops;
  private final Window window;
  private final boolean fills;
  private final float filler;

  /**
   * Where rows go. Axes that src spans wholly are one with the next outer one.
   *
   * @param dst the dims of dst
   * @param src the dims of src
   * @param begins where src begins along each axis
   */
  private record Window(long[] dst, long[] src, long[] begins) {
    static Window of(long[] dst, long[] src, long[] begins) {
      List<long[]> axes = new ArrayList<>(List.of(new long[] {1, 1, 0}));
      for (int i = 0; i < dst.length; i++) {
        long[] outer = axes.getLast();
        if (dst[i] == src[i]) {
          axes.set(
              axes.size() - 1,
              new long[] {outer[0] * dst[i], outer[1] * dst[i], outer[2] * dst[i]});
        } else {
          if (outer[0] == 1) {
            axes.removeLast();
          }
          axes.add(new long[] {dst[i], src[i], begins[i]});
        }
      }
      return new Window(column(axes, 0), column(axes, 1), column(axes, 2));
    }

    private static long[] column(List<long[]> axes, int column) {
      return axes.stream().mapToLong(axis -> axis[column]).toArray();
    }

    int last() {
      return dst.length - 1;
    }

    long rowCount(long[] dims) {
      long count = 1;
      for (int i = 0; i < last(); i++) {
        count *= dims[i];
      }
      return count;
    }

    /** Returns which row of src is at a row of dst, or -1. */
    long srcRow(long dstRow) {
      long row = 0;
      long stride = 1;
      for (int i = last() - 1; i >= 0; i--) {
        long index = dstRow % dst[i] - begins[i];
        dstRow /= dst[i];
        if (index < 0 || index >= src[i]) {
          return -1;
        }
        row += index * stride;
        stride *= src[i];
      }
      return row;
    }
  }

  /**
   * Plans a placement.
   *
   * @param dstDims the dims of dst
   * @param begins where src begins in dst along each axis
   * @param srcDims the dims of src
   * @param filler what is written around it; null to write nothing
   */
  public Placement(
      long[] dstDims, long[] begins, long[] srcDims, @Nullable Float filler, int threads) {
    this(window(dstDims, begins, srcDims), filler, threads);
  }

  private Placement(Window window, @Nullable Float filler, int threads) {
    super(window.rowCount(window.dst), ELEMENT_NANOS * window.dst[window.last()], threads);
    this.loops = Loops.current().pixels();
    this.window = window;
    this.fills = filler != null;
    this.filler = filler == null ? 0 : filler;
  }

  private static Window window(long[] dstDims, long[] begins, long[] srcDims) {
    Sizes.sameLength(begins.length, "begins", dstDims.length, "dstDims");
    Sizes.sameLength(srcDims.length, "srcDims", dstDims.length, "dstDims");
    Sizes.product("dstDims", dstDims);
    Sizes.product("srcDims", srcDims);
    for (int i = 0; i < dstDims.length; i++) {
      if (begins[i] < 0 || begins[i] > dstDims[i] - srcDims[i]) {
        throw new IllegalArgumentException(
            "axis %d of dst has %d elements but src has %d from %d on"
                .formatted(i, dstDims[i], srcDims[i], begins[i]));
      }
    }
    return Window.of(dstDims, srcDims, begins);
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long row = begin; row < end; row++) {
        run(row, src, dst);
      }
    };
  }

  private void run(long row, MemorySegment src, MemorySegment dst) {
    int last = window.last();
    long dstSize = window.dst[last];
    long srcSize = window.src[last];
    long begin = window.begins[last];
    long at = row * dstSize;
    long srcRow = window.srcRow(row);
    if (srcRow < 0) {
      fill(dst, at, dstSize);
      return;
    }
    fill(dst, at, begin);
    copy(src, srcRow * srcSize, dst, at + begin, srcSize);
    fill(dst, at + begin + srcSize, dstSize - begin - srcSize);
  }

  private void copy(MemorySegment src, long from, MemorySegment dst, long to, long count) {
    if (count <= Integer.MAX_VALUE) {
      loops.copyRows(src, from, 0, dst, to, 0, 1, (int) count);
    } else {
      MemorySegment.copy(src, from * Float.BYTES, dst, to * Float.BYTES, count * Float.BYTES);
    }
  }

  private void fill(MemorySegment dst, long at, long count) {
    if (fills) {
      for (long i = 0; i < count; i++) {
        dst.setAtIndex(JAVA_FLOAT_UNALIGNED, at + i, filler);
      }
    }
  }
}

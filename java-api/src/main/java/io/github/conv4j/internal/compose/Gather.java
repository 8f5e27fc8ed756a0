package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Copies a source into a tensor of another size: larger, with a border that is reflected,
 * replicated or wrapped; or a part of it.
 */
final class Gather {
  private final Activation src;
  private final Activation dst;
  private final long[] sourceD;
  private final long[] sourceH;
  private final long[] sourceW;
  private final int innerBegin;
  private final int innerCount;

  private Gather(long[][] sources, int innerBegin, TensorSpec srcSpec, TensorSpec dstSpec) {
    src = Activation.of(srcSpec);
    dst = Activation.of(dstSpec);
    int last = sources.length - 1;
    sourceW = sources[last];
    sourceH = last >= 1 ? sources[last - 1] : new long[] {0};
    sourceD = last >= 2 ? sources[last - 2] : new long[] {0};
    this.innerBegin = innerBegin;
    innerCount = runLength(sourceW, innerBegin);
  }

  /** Extends the source on every axis. */
  static Gather padded(PaddingMode mode, List<Geometry.Axis> axes, TensorSpec src, TensorSpec dst) {
    long[][] sources = new long[axes.size()][];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = sources(mode, axes.get(i));
    }
    return new Gather(sources, Math.toIntExact(axes.getLast().begin()), src, dst);
  }

  /** Takes a part of the source on every axis. */
  static Gather window(List<Window.Range> ranges, TensorSpec src, TensorSpec dst) {
    long[][] sources = new long[ranges.size()][];
    for (int i = 0; i < sources.length; i++) {
      Window.Range range = ranges.get(i);
      sources[i] = LongStream.range(range.begin(), range.begin() + range.count()).toArray();
    }
    return new Gather(sources, 0, src, dst);
  }

  /** Returns how many neighbours in the result are neighbours in the source too. */
  private static int runLength(long[] sources, int begin) {
    int count = 1;
    while (begin + count < sources.length && sources[begin + count] == sources[begin] + count) {
      count++;
    }
    return count;
  }

  /** Returns the shape of the padded tensor. */
  static Shape paddedShape(Geometry geometry) {
    long[] dims = geometry.src().dims();
    for (int i = 0; i < geometry.axes().size(); i++) {
      Geometry.Axis axis = geometry.axes().get(i);
      dims[i + 2] = axis.src() + axis.begin() + axis.end();
    }
    return Shape.of(dims);
  }

  private static long[] sources(PaddingMode mode, Geometry.Axis axis) {
    long[] sources = new long[Math.toIntExact(axis.src() + axis.begin() + axis.end())];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = PaddingIndex.source(mode, i - axis.begin(), axis.src());
    }
    return sources;
  }

  void run(MemorySegment from, MemorySegment to) {
    for (long n = 0; n < src.n(); n++) {
      for (int d = 0; d < sourceD.length; d++) {
        for (int h = 0; h < sourceH.length; h++) {
          long fromRow = n * src.sn() + sourceD[d] * src.sd() + sourceH[h] * src.sh();
          long toRow = n * dst.sn() + d * dst.sd() + h * dst.sh();
          if (src.sc() == 1 && dst.sc() == 1) {
            copyPixels(from, fromRow, to, toRow);
          } else {
            copyRows(from, fromRow, to, toRow);
          }
        }
      }
    }
  }

  /** Channels-last: the channels of a pixel are neighbours, and often whole pixels are too. */
  private void copyPixels(MemorySegment from, long fromRow, MemorySegment to, long toRow) {
    boolean dense = src.sw() == src.c() && dst.sw() == dst.c();
    int w = 0;
    while (w < sourceW.length) {
      long count = dense && w == innerBegin ? innerCount : 1;
      MemorySegment.copy(
          from,
          (fromRow + sourceW[w] * src.sw()) * Float.BYTES,
          to,
          (toRow + w * dst.sw()) * Float.BYTES,
          count * src.c() * Float.BYTES);
      w += (int) count;
    }
  }

  private void copyRows(MemorySegment from, long fromRow, MemorySegment to, long toRow) {
    boolean dense = src.sw() == 1 && dst.sw() == 1;
    for (long c = 0; c < src.c(); c++) {
      long fromAt = fromRow + c * src.sc();
      long toAt = toRow + c * dst.sc();
      int w = 0;
      while (w < sourceW.length) {
        if (dense && w == innerBegin) {
          MemorySegment.copy(
              from,
              (fromAt + sourceW[w]) * Float.BYTES,
              to,
              (toAt + w) * Float.BYTES,
              (long) innerCount * Float.BYTES);
          w += innerCount;
        } else {
          float value = from.getAtIndex(JAVA_FLOAT, fromAt + sourceW[w] * src.sw());
          to.setAtIndex(JAVA_FLOAT, toAt + w * dst.sw(), value);
          w++;
        }
      }
    }
  }
}

package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Copies a source into a larger tensor whose border is reflected, replicated or wrapped. */
final class Pad {
  private final Strides5 src;
  private final Strides5 dst;
  private final long[] sourceD;
  private final long[] sourceH;
  private final long[] sourceW;
  private final int innerBegin;

  Pad(PaddingMode mode, List<Geometry.Axis> axes, TensorSpec srcSpec, TensorSpec paddedSpec) {
    src = Strides5.of(srcSpec);
    dst = Strides5.of(paddedSpec);
    int last = axes.size() - 1;
    sourceW = sources(mode, axes.get(last));
    sourceH = last >= 1 ? sources(mode, axes.get(last - 1)) : new long[] {0};
    sourceD = last >= 2 ? sources(mode, axes.get(last - 2)) : new long[] {0};
    innerBegin = Math.toIntExact(axes.get(last).begin());
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

  void run(Tensor srcTensor, Tensor dstTensor) {
    MemorySegment from = srcTensor.segment();
    MemorySegment to = dstTensor.segment();
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
      long count = dense && w == innerBegin ? src.w() : 1;
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
              from, fromAt * Float.BYTES, to, (toAt + w) * Float.BYTES, src.w() * Float.BYTES);
          w += (int) src.w();
        } else {
          float value = from.getAtIndex(JAVA_FLOAT, fromAt + sourceW[w] * src.sw());
          to.setAtIndex(JAVA_FLOAT, toAt + w * dst.sw(), value);
          w++;
        }
      }
    }
  }
}

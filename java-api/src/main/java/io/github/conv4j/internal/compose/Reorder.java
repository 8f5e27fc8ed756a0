package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;

/** Copies an activation into another plain or strided layout, in squares that fit a cache. */
final class Reorder {
  private static final int SIDE = 16;

  private final Strides5 from;
  private final Strides5 to;

  Reorder(TensorSpec from, TensorSpec to) {
    this.from = Strides5.of(from);
    this.to = Strides5.of(to);
  }

  void run(Tensor src, Tensor dst) {
    MemorySegment in = src.segment();
    MemorySegment out = dst.segment();
    for (long n = 0; n < from.n(); n++) {
      for (long d = 0; d < from.d(); d++) {
        for (long h = 0; h < from.h(); h++) {
          copyRow(
              in,
              n * from.sn() + d * from.sd() + h * from.sh(),
              out,
              n * to.sn() + d * to.sd() + h * to.sh());
        }
      }
    }
  }

  private void copyRow(MemorySegment in, long inRow, MemorySegment out, long outRow) {
    for (long c = 0; c < from.c(); c += SIDE) {
      long cEnd = Math.min(c + SIDE, from.c());
      for (long w = 0; w < from.w(); w += SIDE) {
        copySquare(in, inRow, out, outRow, c, cEnd, w, Math.min(w + SIDE, from.w()));
      }
    }
  }

  private void copySquare(
      MemorySegment in,
      long inRow,
      MemorySegment out,
      long outRow,
      long cBegin,
      long cEnd,
      long wBegin,
      long wEnd) {
    for (long c = cBegin; c < cEnd; c++) {
      long inAt = inRow + c * from.sc();
      long outAt = outRow + c * to.sc();
      for (long w = wBegin; w < wEnd; w++) {
        float value = in.getAtIndex(JAVA_FLOAT, inAt + w * from.sw());
        out.setAtIndex(JAVA_FLOAT, outAt + w * to.sw(), value);
      }
    }
  }
}

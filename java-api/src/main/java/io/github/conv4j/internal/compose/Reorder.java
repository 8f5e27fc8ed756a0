package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;

/**
 * Copies an activation into another plain or strided layout, in squares that fit a cache. Squares
 * between planes and pixels go through arrays: in bulk out of the one, turned, in bulk into the
 * other.
 */
final class Reorder {
  private static final int SIDE = 64;

  /** From one row of a square to the next: an odd number, so that a column spreads over a cache. */
  private static final int PITCH = SIDE + 1;

  private final Strides5 from;
  private final Strides5 to;

  Reorder(TensorSpec from, TensorSpec to) {
    Strides5 in = Strides5.of(from);
    Strides5 out = Strides5.of(to);
    boolean merged = hasOneRow(in) && hasOneRow(out);
    this.from = merged ? asOneRow(in) : in;
    this.to = merged ? asOneRow(out) : out;
  }

  /** Returns the working memory of one call of {@link #run}. */
  static float[] newSquares() {
    return new float[2 * SIDE * PITCH];
  }

  /** Whether the pixels of an image are evenly spaced. */
  private static boolean hasOneRow(Strides5 s) {
    return (s.h() == 1 || s.sh() == s.w() * s.sw())
        && (s.d() == 1 || s.sd() == s.h() * s.w() * s.sw());
  }

  private static Strides5 asOneRow(Strides5 s) {
    return new Strides5(s.n(), s.c(), 1, 1, s.d() * s.h() * s.w(), s.sn(), s.sc(), 0, 0, s.sw());
  }

  void run(Tensor src, Tensor dst, float[] squares) {
    MemorySegment in = src.segment();
    MemorySegment out = dst.segment();
    for (long n = 0; n < from.n(); n++) {
      for (long d = 0; d < from.d(); d++) {
        for (long h = 0; h < from.h(); h++) {
          copyRow(
              in,
              n * from.sn() + d * from.sd() + h * from.sh(),
              out,
              n * to.sn() + d * to.sd() + h * to.sh(),
              squares);
        }
      }
    }
  }

  private void copyRow(
      MemorySegment in, long inRow, MemorySegment out, long outRow, float[] squares) {
    boolean fromPlanes = from.sw() == 1 && to.sc() == 1;
    boolean toPlanes = from.sc() == 1 && to.sw() == 1;
    for (long w = 0; w < from.w(); w += SIDE) {
      int pixels = (int) Math.min(SIDE, from.w() - w);
      for (long c = 0; c < from.c(); c += SIDE) {
        int channels = (int) Math.min(SIDE, from.c() - c);
        long inAt = inRow + c * from.sc() + w * from.sw();
        long outAt = outRow + c * to.sc() + w * to.sw();
        if (fromPlanes) {
          turn(in, inAt, from.sc(), channels, pixels, out, outAt, to.sw(), squares);
        } else if (toPlanes) {
          turn(in, inAt, from.sw(), pixels, channels, out, outAt, to.sc(), squares);
        } else {
          copySquare(in, inAt, out, outAt, channels, pixels);
        }
      }
    }
  }

  /** Rows of a square become its columns; the elements of a row are neighbours on both sides. */
  private static void turn(
      MemorySegment in,
      long inAt,
      long inStride,
      int rows,
      int columns,
      MemorySegment out,
      long outAt,
      long outStride,
      float[] squares) {
    for (int r = 0; r < rows; r++) {
      long at = (inAt + r * inStride) * Float.BYTES;
      MemorySegment.copy(in, JAVA_FLOAT, at, squares, r * PITCH, columns);
    }
    for (int c = 0; c < columns; c++) {
      int turned = (SIDE + c) * PITCH;
      turnColumn(squares, c, turned, rows);
      long at = (outAt + c * outStride) * Float.BYTES;
      MemorySegment.copy(squares, turned, out, JAVA_FLOAT, at, rows);
    }
  }

  private static void turnColumn(float[] squares, int from, int to, int count) {
    int i = 0;
    for (; i + 3 < count; i += 4) {
      float value0 = squares[from + i * PITCH];
      float value1 = squares[from + (i + 1) * PITCH];
      float value2 = squares[from + (i + 2) * PITCH];
      float value3 = squares[from + (i + 3) * PITCH];
      squares[to + i] = value0;
      squares[to + i + 1] = value1;
      squares[to + i + 2] = value2;
      squares[to + i + 3] = value3;
    }
    for (; i < count; i++) {
      squares[to + i] = squares[from + i * PITCH];
    }
  }

  private void copySquare(
      MemorySegment in, long inAt, MemorySegment out, long outAt, int channels, int pixels) {
    for (int c = 0; c < channels; c++) {
      long inRow = inAt + c * from.sc();
      long outRow = outAt + c * to.sc();
      for (int w = 0; w < pixels; w++) {
        float value = in.getAtIndex(JAVA_FLOAT, inRow + w * from.sw());
        out.setAtIndex(JAVA_FLOAT, outRow + w * to.sw(), value);
      }
    }
  }
}

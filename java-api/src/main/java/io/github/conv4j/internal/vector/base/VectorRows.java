package io.github.conv4j.internal.vector.base;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Copies of rows between segments and arrays. Rows are short, so that a call of a bulk copy for
 * each would cost more than the copying; the last vector of a row begins early.
 */
public final class VectorRows {
  /** From this length on a bulk copy is as fast. */
  private static final int LONG_ROW = 512;

  private static final VectorMask<Float> UPPER = SPECIES.indexInRange(LANES / 2, LANES).not();

  /** Of two vectors that share one element, the even elements. */
  private static final VectorShuffle<Float> EVEN =
      VectorShuffle.fromOp(SPECIES, i -> i < LANES / 2 ? 2 * i : 0);

  private static final VectorShuffle<Float> ODD =
      VectorShuffle.fromOp(SPECIES, i -> i < LANES / 2 ? 0 : 2 * i - LANES + 1);

  private VectorRows() {}

  public static void load(
      MemorySegment from,
      long offset,
      long rowStride,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch,
      int room) {
    if (rows > 1 && rowStride == columns && pitch == columns) {
      MemorySegment.copy(from, JAVA_FLOAT, offset * Float.BYTES, to, at, rows * columns);
    } else if (columns >= LONG_ROW) {
      for (int r = 0; r < rows; r++) {
        long begin = (offset + r * rowStride) * Float.BYTES;
        MemorySegment.copy(from, JAVA_FLOAT, begin, to, at + r * pitch, columns);
      }
    } else if (columns >= LANES) {
      loadVectors(from, offset, rowStride, rows, columns, to, at, pitch);
    } else {
      loadShort(from, offset, rowStride, rows, columns, to, at, pitch, room);
    }
  }

  private static void loadVectors(
      MemorySegment from,
      long offset,
      long rowStride,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch) {
    int last = columns - LANES;
    for (int r = 0; r < rows; r++) {
      long begin = (offset + r * rowStride) * Float.BYTES;
      int begin0 = at + r * pitch;
      for (int c = 0; c < last; c += LANES) {
        FloatVector.fromMemorySegment(SPECIES, from, begin + (long) c * Float.BYTES, ORDER)
            .intoArray(to, begin0 + c);
      }
      FloatVector.fromMemorySegment(SPECIES, from, begin + (long) last * Float.BYTES, ORDER)
          .intoArray(to, begin0 + last);
    }
  }

  /**
   * Rows shorter than a vector: each writes beyond its end, which the next row puts right. Masks
   * would do without, but run for a second before they are compiled.
   */
  private static void loadShort(
      MemorySegment from,
      long offset,
      long rowStride,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch,
      int room) {
    int whole = wholeRows(room - LANES, pitch, rows);
    long readable = from.byteSize() / Float.BYTES - offset - LANES;
    whole = wholeRows(readable, Math.max(1, rowStride), whole);
    for (int r = 0; r < whole; r++) {
      FloatVector.fromMemorySegment(SPECIES, from, (offset + r * rowStride) * Float.BYTES, ORDER)
          .intoArray(to, at + r * pitch);
    }
    loadApart(
        from,
        offset + whole * rowStride,
        rowStride,
        1,
        rows - whole,
        columns,
        to,
        at + whole * pitch,
        pitch);
  }

  /** How many rows have room for a whole vector after their beginning. */
  private static int wholeRows(long room, long rowStride, int rows) {
    return room < 0 ? 0 : (int) Math.min(rows, room / rowStride + 1);
  }

  /** Every second element of rows of at least a vector. */
  public static void loadEven(
      MemorySegment from,
      long offset,
      long rowStride,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch) {
    int last = columns - LANES;
    for (int r = 0; r < rows; r++) {
      long begin = (offset + r * rowStride) * Float.BYTES;
      for (int c = 0; c < columns; c += LANES) {
        int column = Math.min(c, last);
        long first = begin + 2L * column * Float.BYTES;
        // The second vector begins one element early: the row may end with what is taken last.
        FloatVector low = FloatVector.fromMemorySegment(SPECIES, from, first, ORDER);
        FloatVector high =
            FloatVector.fromMemorySegment(SPECIES, from, first + (LANES - 1L) * Float.BYTES, ORDER);
        low.rearrange(EVEN)
            .blend(high.rearrange(ODD), UPPER)
            .intoArray(to, at + r * pitch + column);
      }
    }
  }

  /** Elements further apart, one by one. */
  public static void loadApart(
      MemorySegment from,
      long offset,
      long rowStride,
      long step,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch) {
    for (int r = 0; r < rows; r++) {
      long begin = offset + r * rowStride;
      for (int c = 0; c < columns; c++) {
        to[at + r * pitch + c] = from.getAtIndex(JAVA_FLOAT, begin + c * step);
      }
    }
  }

  public static void store(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride) {
    if (rows > 1 && rowStride == columns && pitch == columns) {
      MemorySegment.copy(from, at, to, JAVA_FLOAT, offset * Float.BYTES, rows * columns);
    } else if (columns >= LONG_ROW) {
      for (int r = 0; r < rows; r++) {
        long begin = (offset + r * rowStride) * Float.BYTES;
        MemorySegment.copy(from, at + r * pitch, to, JAVA_FLOAT, begin, columns);
      }
    } else if (columns >= LANES) {
      storeVectors(from, at, pitch, rows, columns, to, offset, rowStride);
    } else {
      storeShort(from, at, pitch, rows, columns, to, offset, rowStride);
    }
  }

  private static void storeVectors(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride) {
    int last = columns - LANES;
    for (int r = 0; r < rows; r++) {
      long begin = (offset + r * rowStride) * Float.BYTES;
      int begin0 = at + r * pitch;
      for (int c = 0; c < last; c += LANES) {
        FloatVector.fromArray(SPECIES, from, begin0 + c)
            .intoMemorySegment(to, begin + (long) c * Float.BYTES, ORDER);
      }
      FloatVector.fromArray(SPECIES, from, begin0 + last)
          .intoMemorySegment(to, begin + (long) last * Float.BYTES, ORDER);
    }
  }

  /** Rows shorter than a vector, without gaps between them where whole vectors are written. */
  private static void storeShort(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride) {
    long room = (rows - 1L) * columns + columns - LANES;
    int whole = rowStride == columns ? wholeRows(room, rowStride, rows - 1) : 0;
    for (int r = 0; r < whole; r++) {
      FloatVector.fromArray(SPECIES, from, at + r * pitch)
          .intoMemorySegment(to, (offset + r * rowStride) * Float.BYTES, ORDER);
    }
    storeApart(
        from,
        at + whole * pitch,
        pitch,
        rows - whole,
        columns,
        to,
        offset + whole * rowStride,
        rowStride,
        1);
  }

  /** Elements that are not neighbours in the segment, one by one. */
  public static void storeApart(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride,
      long step) {
    for (int r = 0; r < rows; r++) {
      long begin = offset + r * rowStride;
      for (int c = 0; c < columns; c++) {
        to.setAtIndex(JAVA_FLOAT, begin + c * step, from[at + r * pitch + c]);
      }
    }
  }
}

package io.github.conv4j.internal.copies;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Copies elements between two arrangements, {@code to[Σ i·toStride] = from[Σ i·fromStride]}, in
 * bulk: runs that are neighbours on both sides are moved as they are; where the neighbours of one
 * side are far apart on the other, squares that fit a cache go through arrays, in bulk out of the
 * one, turned, in bulk into the other.
 *
 * <p><b>Memory.</b> Allocates nothing in {@link #run}. Bits are kept, those of NaNs too. The two
 * sides may lie on or off the heap, at any alignment.
 *
 * <p><b>Threads.</b> Immutable; each concurrent caller brings squares of its own.
 */
public final class StridedCopy {
  /** Of a square, where there are as many rows and columns. */
  private static final int SIDE = 64;

  /** What a square holds; rows are an odd number apart, so that a column spreads over a cache. */
  private static final int SQUARE = SIDE * (SIDE + 1);

  /** Shorter rows are taken and put together where they are neighbours. */
  private static final int LONG_ROW = 32;

  /** Of a pixel. */
  private static final int COLOURS = 3;

  /** Shorter runs are copied one element at a time. */
  private static final int LEAST_RUN = 8;

  private record Axis(long size, long from, long to) {}

  private enum Kind {
    RUNS,
    TURNED,
    BLOCKS,
    ELEMENTS
  }

  private final Kind kind;
  private final int elementByteSize;

  /** The axes around the innermost loops, from the slowest on. */
  private final Axis[] outer;

  /**
   * The innermost loops: neighbours in {@code to}, or what is nearest to them, are the last where
   * there are several.
   */
  private final Axis rows;

  private final Axis columns;

  private StridedCopy(Kind kind, int elementByteSize, List<Axis> outer, Axis rows, Axis columns) {
    this.kind = kind;
    this.elementByteSize = elementByteSize;
    this.outer = outer.toArray(Axis[]::new);
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Plans a copy.
   *
   * @param sizes the number of elements along each axis
   * @param from the strides of the source, in elements; 0 repeats it
   * @param to the strides of the destination, in elements, no two elements at one place
   * @param elementByteSize 1, 2 or 4
   */
  public static StridedCopy of(long[] sizes, long[] from, long[] to, int elementByteSize) {
    List<Axis> axes = merged(sizes, from, to);
    Axis one = new Axis(1, 0, 0);
    Axis last = axes.isEmpty() ? new Axis(1, 1, 1) : axes.removeLast();
    if (last.from == 1 && last.to == 1 && last.size >= LEAST_RUN) {
      Axis runs = axes.isEmpty() ? one : axes.removeLast();
      return new StridedCopy(Kind.RUNS, elementByteSize, axes, runs, last);
    }
    if (last.to == 1 && elementByteSize == Float.BYTES) {
      for (int i = 0; i < axes.size(); i++) {
        if (axes.get(i).from == 1) {
          Axis neighbours = axes.remove(i);
          Kind kind = areBlocks(axes, last, neighbours) ? Kind.BLOCKS : Kind.TURNED;
          return new StridedCopy(kind, elementByteSize, axes, last, neighbours);
        }
      }
    }
    Axis rows = axes.isEmpty() ? one : axes.removeLast();
    // Long rows, whichever way they lie: a few elements cost less than to begin a row of them.
    boolean turns = last.size < LEAST_RUN && rows.size > last.size;
    return turns
        ? new StridedCopy(Kind.ELEMENTS, elementByteSize, axes, last, rows)
        : new StridedCopy(Kind.ELEMENTS, elementByteSize, axes, rows, last);
  }

  /** Whether small rows and columns fill blocks that follow each other on both sides. */
  private static boolean areBlocks(List<Axis> outer, Axis rows, Axis columns) {
    long size = rows.size * columns.size;
    return !outer.isEmpty()
        && outer.getLast().from == size
        && outer.getLast().to == size
        && rows.from == columns.size
        && columns.to == rows.size
        && size * 2 <= SQUARE;
  }

  /** The axes from the largest step in {@code to} down; those that act as one are one. */
  private static List<Axis> merged(long[] sizes, long[] from, long[] to) {
    List<Axis> sorted = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] > 1) {
        sorted.add(new Axis(sizes[i], from[i], to[i]));
      }
    }
    sorted.sort(Comparator.comparingLong(Axis::to).reversed());
    List<Axis> merged = new ArrayList<>();
    for (Axis axis : sorted) {
      boolean continues =
          !merged.isEmpty()
              && merged.getLast().from == axis.from * axis.size
              && merged.getLast().to == axis.to * axis.size;
      merged.add(
          continues ? new Axis(merged.removeLast().size * axis.size, axis.from, axis.to) : axis);
    }
    return merged;
  }

  /** Returns the working memory of one call of {@link #run}. */
  public static float[] newSquares() {
    return new float[2 * SQUARE];
  }

  /** Whether {@link #run} looks at the working memory. */
  public boolean needsSquares() {
    return kind == Kind.TURNED || kind == Kind.BLOCKS;
  }

  /**
   * Copies.
   *
   * @param in from its first element on
   * @param out from its first element on, disjoint from {@code in}
   * @param squares {@link #newSquares}, or any where this {@linkplain #needsSquares needs none}
   */
  public void run(MemorySegment in, MemorySegment out, float[] squares) {
    run(0, in, 0, out, 0, squares);
  }

  /**
   * Copies from and to elements within segments: a stride of the source may be negative.
   *
   * @param inAt the element of {@code in} that is copied first
   * @param outAt where in {@code out} it goes
   */
  public void run(MemorySegment in, long inAt, MemorySegment out, long outAt, float[] squares) {
    run(0, in, inAt, out, outAt, squares);
  }

  private void run(
      int depth, MemorySegment in, long inAt, MemorySegment out, long outAt, float[] squares) {
    if (kind == Kind.BLOCKS && depth == outer.length - 1) {
      turnBlocks(outer[depth].size, in, inAt, out, outAt, squares);
      return;
    }
    if (depth < outer.length) {
      Axis axis = outer[depth];
      for (long i = 0; i < axis.size; i++) {
        run(depth + 1, in, inAt + i * axis.from, out, outAt + i * axis.to, squares);
      }
      return;
    }
    switch (kind) {
      case RUNS -> copyRuns(in, inAt, out, outAt);
      case TURNED -> turnAll(in, inAt, out, outAt, squares);
      case BLOCKS -> throw new AssertionError("blocks are turned one axis earlier");
      case ELEMENTS -> {
        for (long i = 0; i < rows.size; i++) {
          copyRow(in, inAt + i * rows.from, out, outAt + i * rows.to);
        }
      }
    }
  }

  private void copyRuns(MemorySegment in, long inAt, MemorySegment out, long outAt) {
    long byteSize = columns.size * elementByteSize;
    long fromStep = rows.from * elementByteSize;
    long toStep = rows.to * elementByteSize;
    long from = inAt * elementByteSize;
    long to = outAt * elementByteSize;
    for (long i = 0; i < rows.size; i++) {
      MemorySegment.copy(in, from + i * fromStep, out, to + i * toStep, byteSize);
    }
  }

  private void copyRow(MemorySegment in, long inAt, MemorySegment out, long outAt) {
    long size = columns.size;
    long from = columns.from;
    long to = columns.to;
    switch (elementByteSize) {
      case 4 -> {
        for (long i = 0; i < size; i++) {
          float value = in.getAtIndex(JAVA_FLOAT_UNALIGNED, inAt + i * from);
          out.setAtIndex(JAVA_FLOAT_UNALIGNED, outAt + i * to, value);
        }
      }
      case 2 -> {
        for (long i = 0; i < size; i++) {
          short value = in.getAtIndex(JAVA_SHORT_UNALIGNED, inAt + i * from);
          out.setAtIndex(JAVA_SHORT_UNALIGNED, outAt + i * to, value);
        }
      }
      default -> {
        for (long i = 0; i < size; i++) {
          out.setAtIndex(JAVA_BYTE, outAt + i * to, in.getAtIndex(JAVA_BYTE, inAt + i * from));
        }
      }
    }
  }

  /**
   * Several blocks at a time, each turned, as the channels of a pixel are when they are shuffled.
   */
  private void turnBlocks(
      long count, MemorySegment in, long inAt, MemorySegment out, long outAt, float[] squares) {
    int rowCount = (int) rows.size;
    int columnCount = (int) columns.size;
    int size = rowCount * columnCount;
    int most = SQUARE / size;
    for (long block = 0; block < count; block += most) {
      int blocks = (int) Math.min(most, count - block);
      copyIn(in, inAt + block * size, squares, 0, blocks * size);
      for (int i = 0; i < blocks; i++) {
        turnBlock(squares, i * size, rowCount, columnCount);
      }
      copyOut(squares, SQUARE, out, outAt + block * size, blocks * size);
    }
  }

  /** Written out for two and four rows, the groups that most shuffles have. */
  private static void turnBlock(float[] squares, int from, int rowCount, int columnCount) {
    int to = SQUARE + from;
    switch (rowCount) {
      case 2 -> {
        for (int c = 0; c < columnCount; c++) {
          squares[to + 2 * c] = squares[from + c];
          squares[to + 2 * c + 1] = squares[from + c + columnCount];
        }
      }
      case 4 -> {
        for (int c = 0; c < columnCount; c++) {
          squares[to + 4 * c] = squares[from + c];
          squares[to + 4 * c + 1] = squares[from + c + columnCount];
          squares[to + 4 * c + 2] = squares[from + c + 2 * columnCount];
          squares[to + 4 * c + 3] = squares[from + c + 3 * columnCount];
        }
      }
      default -> {
        for (int r = 0; r < rowCount; r++) {
          for (int c = 0; c < columnCount; c++) {
            squares[to + rowCount * c + r] = squares[from + r * columnCount + c];
          }
        }
      }
    }
  }

  /** Rows of {@code in}, whose elements are neighbours, become columns of {@code out}. */
  private void turnAll(
      MemorySegment in, long inAt, MemorySegment out, long outAt, float[] squares) {
    // Few columns make room for more rows, and the other way round.
    int columnStep = (int) Math.min(columns.size, rows.size < SIDE ? SQUARE / rows.size - 1 : SIDE);
    int rowStep = (int) Math.min(rows.size, SQUARE / (columnStep | 1));
    for (long r = 0; r < rows.size; r += rowStep) {
      int rowCount = (int) Math.min(rowStep, rows.size - r);
      for (long c = 0; c < columns.size; c += columnStep) {
        int columnCount = (int) Math.min(columnStep, columns.size - c);
        turn(
            in,
            inAt + r * rows.from + c,
            rowCount,
            columnCount,
            out,
            outAt + r + c * columns.to,
            squares);
      }
    }
  }

  private void turn(
      MemorySegment in,
      long inAt,
      int rowCount,
      int columnCount,
      MemorySegment out,
      long outAt,
      float[] squares) {
    boolean taken = rows.from == columnCount && columnCount < LONG_ROW;
    int pitch = taken ? columnCount : columnCount | 1;
    if (taken) {
      copyIn(in, inAt, squares, 0, rowCount * columnCount);
    } else {
      for (int r = 0; r < rowCount; r++) {
        copyIn(in, inAt + r * rows.from, squares, r * pitch, columnCount);
      }
    }
    if (rowCount == COLOURS) {
      turnColours(squares, pitch, columnCount);
    } else {
      for (int c = 0; c < columnCount; c++) {
        turnColumn(squares, c, pitch, SQUARE + c * rowCount, rowCount);
      }
    }
    if (columns.to == rowCount && rowCount < LONG_ROW) {
      copyOut(squares, SQUARE, out, outAt, rowCount * columnCount);
    } else {
      for (int c = 0; c < columnCount; c++) {
        copyOut(squares, SQUARE + c * rowCount, out, outAt + c * columns.to, rowCount);
      }
    }
  }

  private static void copyIn(MemorySegment in, long at, float[] squares, int to, int count) {
    MemorySegment.copy(in, JAVA_FLOAT_UNALIGNED, at * Float.BYTES, squares, to, count);
  }

  private static void copyOut(float[] squares, int from, MemorySegment out, long at, int count) {
    MemorySegment.copy(squares, from, out, JAVA_FLOAT_UNALIGNED, at * Float.BYTES, count);
  }

  /** The planes of an image in colours become its pixels. */
  private static void turnColours(float[] squares, int pitch, int columnCount) {
    for (int c = 0; c < columnCount; c++) {
      int to = SQUARE + COLOURS * c;
      float first = squares[c];
      float second = squares[c + pitch];
      float third = squares[c + 2 * pitch];
      squares[to] = first;
      squares[to + 1] = second;
      squares[to + 2] = third;
    }
  }

  private static void turnColumn(float[] squares, int from, int pitch, int to, int count) {
    int i = 0;
    for (; i + 3 < count; i += 4) {
      float value0 = squares[from + i * pitch];
      float value1 = squares[from + (i + 1) * pitch];
      float value2 = squares[from + (i + 2) * pitch];
      float value3 = squares[from + (i + 3) * pitch];
      squares[to + i] = value0;
      squares[to + i + 1] = value1;
      squares[to + i + 2] = value2;
      squares[to + i + 3] = value3;
    }
    for (; i < count; i++) {
      squares[to + i] = squares[from + i * pitch];
    }
  }
}

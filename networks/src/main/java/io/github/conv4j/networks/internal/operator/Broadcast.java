package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A function of two arrays, of which either is repeated along the axes that it lacks: src and the
 * first operand. Axes are aligned at the innermost; one of length 1 is as good as none.
 *
 * <p>Work goes in blocks of rows. Rows that are long are computed where they are; of short ones, a
 * repeated side is written out for as many as a block holds, and stays so while it is the same.
 *
 * <p><b>Memory.</b> dst may be src where that is not repeated.
 */
public final class Broadcast extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.5;

  /** From here on a row is worth a call, even if a side would only have to be repeated once. */
  private static final int LONG_ROW = 512;

  /** The same where a side would have to be written out element by element. */
  private static final int LONG_SCALAR_ROW = 32;

  /** How far apart neighbours are on either side: 0 where it is repeated. */
  private record Axis(long size, long a, long b) {}

  /** How one side of a block is got. */
  private enum Side {
    /** It lies as dst does. */
    DENSE,
    /** One row for all rows. */
    ROW_REPEATED,
    /** One number for each row. */
    NUMBER_A_ROW,
    /** One number for the whole block. */
    NUMBER
  }

  private final BinaryLoop loop;
  private final Plan plan;

  /**
   * What a block is.
   *
   * @param outer the axes around blocks, from the slowest on
   * @param rows the axis of the rows of blocks; of length 1 where a block is a part of a row
   * @param columns the innermost axis
   * @param height how many rows a block has, the last of an outer index fewer
   * @param width how many columns a block has, the last of a row fewer
   */
  private record Plan(
      List<Axis> outer, Axis rows, Axis columns, int height, int width, Side a, Side b) {
    long blocksPerColumn() {
      return Math.ceilDiv(rows.size, height);
    }

    long blocksPerRow() {
      return Math.ceilDiv(columns.size, width);
    }

    long blockCount() {
      long count = blocksPerColumn() * blocksPerRow();
      for (Axis axis : outer) {
        count *= axis.size;
      }
      return count;
    }

    int blockLength() {
      return height * width;
    }

    boolean needsPanels() {
      return height > 1 && (isWrittenOut(a) || isWrittenOut(b));
    }

    private static boolean isWrittenOut(Side side) {
      return side == Side.ROW_REPEATED || side == Side.NUMBER_A_ROW;
    }
  }

  /** Plans a function of arrays of these dims. */
  public Broadcast(BinaryFunction function, long[] aDims, long[] bDims, int threads) {
    this(function, plan(merged(aDims, bDims)), threads);
  }

  private Broadcast(BinaryFunction function, Plan plan, int threads) {
    super(
        plan.blockCount(), plan.blockLength() * (ELEMENT_NANOS + function.elementNanos()), threads);
    this.loop = Loops.current().binary(function);
    this.plan = plan;
  }

  /**
   * Returns the dims of the result.
   *
   * @throws IllegalArgumentException if the arrays have an axis of different lengths, none of them
   *     1
   */
  public static long[] dims(long[] aDims, long[] bDims) {
    long[] dims = new long[Math.max(aDims.length, bDims.length)];
    for (int i = 1; i <= dims.length; i++) {
      long a = dimFromEnd(aDims, i);
      long b = dimFromEnd(bDims, i);
      if (a != b && a != 1 && b != 1) {
        throw new IllegalArgumentException(
            "%s and %s cannot be broadcast: %d and %d differ"
                .formatted(Arrays.toString(aDims), Arrays.toString(bDims), a, b));
      }
      dims[dims.length - i] = Math.max(a, b);
    }
    return dims;
  }

  private static long dimFromEnd(long[] dims, int i) {
    return i > dims.length ? 1 : dims[dims.length - i];
  }

  /** The axes from the slowest on; those that act as one are one. */
  private static List<Axis> merged(long[] aDims, long[] bDims) {
    Sizes.product("a", aDims);
    Sizes.product("b", bDims);
    long[] dims = dims(aDims, bDims);
    Sizes.product("dst", dims);
    List<Axis> axes = new ArrayList<>();
    long aStride = 1;
    long bStride = 1;
    for (int i = 1; i <= dims.length; i++) {
      long size = dims[dims.length - i];
      long a = dimFromEnd(aDims, i) > 1 ? aStride : 0;
      long b = dimFromEnd(bDims, i) > 1 ? bStride : 0;
      if (size > 1) {
        Axis inner = axes.isEmpty() ? null : axes.getFirst();
        if (inner != null && (inner.a > 0) == (a > 0) && (inner.b > 0) == (b > 0)) {
          axes.set(0, new Axis(inner.size * size, inner.a, inner.b));
        } else {
          axes.addFirst(new Axis(size, a, b));
        }
      }
      aStride *= dimFromEnd(aDims, i);
      bStride *= dimFromEnd(bDims, i);
    }
    return axes;
  }

  private static Plan plan(List<Axis> axes) {
    Axis columns = axes.isEmpty() ? new Axis(1, 1, 1) : axes.removeLast();
    Axis next = axes.isEmpty() ? new Axis(1, 0, 0) : axes.getLast();
    boolean hasNumbers =
        side(columns.a, next.a) == Side.NUMBER_A_ROW
            || side(columns.b, next.b) == Side.NUMBER_A_ROW;
    if (axes.isEmpty() || columns.size >= (hasNumbers ? LONG_SCALAR_ROW : LONG_ROW)) {
      return new Plan(
          axes,
          new Axis(1, 0, 0),
          columns,
          1,
          (int) Math.min(columns.size, Chunks.LENGTH),
          columns.a > 0 ? Side.DENSE : Side.NUMBER,
          columns.b > 0 ? Side.DENSE : Side.NUMBER);
    }
    axes.removeLast();
    int width = (int) columns.size;
    int height = (int) Math.min(next.size, Chunks.LENGTH / width);
    return new Plan(
        axes, next, columns, height, width, side(columns.a, next.a), side(columns.b, next.b));
  }

  private static Side side(long columnStride, long rowStride) {
    if (columnStride > 0) {
      return rowStride > 0 ? Side.DENSE : Side.ROW_REPEATED;
    }
    return rowStride > 0 ? Side.NUMBER_A_ROW : Side.NUMBER;
  }

  @Override
  public long scratchpadByteSize() {
    return plan.needsPanels() ? 2L * plan.blockLength() * Float.BYTES : 0;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    var a = new Panel(scratchpad, 0, plan.a);
    var b = new Panel(scratchpad, plan.blockLength(), plan.b);
    return (begin, end, src, dst, operands) -> {
      a.begin();
      b.begin();
      for (long block = begin; block < end; block++) {
        run(block, src, operands[0], dst, a, b);
      }
    };
  }

  /** A side of a block, written out where it has to be. */
  private static final class Panel {
    private final MemorySegment scratchpad;
    private final long at;
    private final Side side;

    /** Where the row begins that the panel repeats. */
    private long repeated = -1;

    Panel(MemorySegment scratchpad, long at, Side side) {
      this.scratchpad = scratchpad;
      this.at = at;
      this.side = side;
    }

    void begin() {
      repeated = -1;
    }

    /** Writes rows out. */
    void fill(MemorySegment segment, long from, int rows, int width, int height) {
      if (side == Side.NUMBER_A_ROW) {
        for (int r = 0; r < rows; r++) {
          float number = segment.getAtIndex(JAVA_FLOAT_UNALIGNED, from + r);
          for (int i = 0; i < width; i++) {
            scratchpad.setAtIndex(JAVA_FLOAT_UNALIGNED, at + (long) r * width + i, number);
          }
        }
      } else if (side == Side.ROW_REPEATED && repeated != from) {
        Chunks.repeat(segment, from, width, scratchpad, at, width * height);
        repeated = from;
      }
    }

    boolean isWrittenOut() {
      return Plan.isWrittenOut(side);
    }
  }

  private void run(
      long block, MemorySegment a, MemorySegment b, MemorySegment dst, Panel aPanel, Panel bPanel) {
    long perRow = plan.blocksPerRow();
    long perColumn = plan.blocksPerColumn();
    long column = block % perRow * plan.width;
    long row = block / perRow % perColumn * plan.height;
    long rest = block / perRow / perColumn;
    long to = (rest * plan.rows.size + row) * plan.columns.size + column;
    long aAt = row * plan.rows.a + column * plan.columns.a;
    long bAt = row * plan.rows.b + column * plan.columns.b;
    for (int i = plan.outer.size() - 1; i >= 0; i--) {
      Axis axis = plan.outer.get(i);
      long index = rest % axis.size;
      rest /= axis.size;
      aAt += index * axis.a;
      bAt += index * axis.b;
    }
    int rows = (int) Math.min(plan.height, plan.rows.size - row);
    int count = rows * (int) Math.min(plan.width, plan.columns.size - column);
    if (aPanel.isWrittenOut()) {
      aPanel.fill(a, aAt, rows, plan.width, plan.height);
      a = aPanel.scratchpad;
      aAt = aPanel.at;
    }
    if (bPanel.isWrittenOut()) {
      bPanel.fill(b, bAt, rows, plan.width, plan.height);
      b = bPanel.scratchpad;
      bAt = bPanel.at;
    }
    if (plan.a == Side.NUMBER && plan.b != Side.NUMBER) {
      loop.runOnScalar(a.getAtIndex(JAVA_FLOAT_UNALIGNED, aAt), b, bAt, dst, to, count);
    } else if (plan.b == Side.NUMBER) {
      loop.runWithScalar(a, aAt, b.getAtIndex(JAVA_FLOAT_UNALIGNED, bAt), dst, to, count);
    } else {
      loop.run(a, aAt, b, bAt, dst, to, count);
    }
  }
}

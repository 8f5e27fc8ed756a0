package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes each element from operand 0 where the byte in src is not 0, else from operand 1. All three
 * are repeated along the axes that they lack; axes are aligned at the innermost.
 */
public final class Choice extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 1;
  private static final int SIDES = 3;

  /** A part of a row is a unit of work. */
  private static final int WIDTH = 4096;

  /** How far apart neighbours are in condition, first and second: 0 where they are repeated. */
  private record Axis(long size, long[] strides) {
    boolean continues(Axis inner) {
      for (int i = 0; i < SIDES; i++) {
        if (strides[i] != inner.strides[i] * inner.size) {
          return false;
        }
      }
      return true;
    }
  }

  private final boolean isLong;

  /** From the slowest on. */
  private final Axis[] outer;

  private final Axis row;

  /** Plans a choice between elements of 4 bytes, or of 8. */
  public Choice(long[] condition, long[] first, long[] second, boolean isLong, int threads) {
    this(axes(condition, first, second), isLong, threads);
  }

  private Choice(List<Axis> axes, boolean isLong, int threads) {
    super(units(axes), ELEMENT_NANOS * Math.min(WIDTH, axes.getLast().size), threads);
    this.isLong = isLong;
    this.row = axes.getLast();
    this.outer = axes.subList(0, axes.size() - 1).toArray(Axis[]::new);
  }

  private static long units(List<Axis> axes) {
    long count = Math.ceilDiv(axes.getLast().size, WIDTH);
    for (Axis axis : axes.subList(0, axes.size() - 1)) {
      count *= axis.size;
    }
    return count;
  }

  /** Axes that act as one are one. */
  private static List<Axis> axes(long[]... sides) {
    long[] dims = Broadcast.dims(Broadcast.dims(sides[0], sides[1]), sides[2]);
    Sizes.product("dst", dims);
    long[] steps = {1, 1, 1};
    List<Axis> axes = new ArrayList<>();
    for (int i = 1; i <= dims.length; i++) {
      long[] strides = new long[SIDES];
      for (int side = 0; side < SIDES; side++) {
        long size = i > sides[side].length ? 1 : sides[side][sides[side].length - i];
        strides[side] = size > 1 ? steps[side] : 0;
        steps[side] *= size;
      }
      var axis = new Axis(dims[dims.length - i], strides);
      if (!axes.isEmpty() && axis.size > 1 && axis.continues(axes.getFirst())) {
        Axis inner = axes.getFirst();
        axes.set(0, new Axis(axis.size * inner.size, inner.strides));
      } else if (axis.size > 1) {
        axes.addFirst(axis);
      }
    }
    return axes.isEmpty() ? List.of(new Axis(1, new long[SIDES])) : axes;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    long perRow = Math.ceilDiv(row.size, WIDTH);
    long[] at = new long[SIDES];
    return (begin, end, src, dst, operands) -> {
      for (long unit = begin; unit < end; unit++) {
        long column = unit % perRow * WIDTH;
        seek(unit / perRow, column, at);
        int count = (int) Math.min(WIDTH, row.size - column);
        long to = unit / perRow * row.size + column;
        if (isLong) {
          longs(src, operands[0], operands[1], at, dst, to, count);
        } else {
          ints(src, operands[0], operands[1], at, dst, to, count);
        }
      }
    };
  }

  /** Says where a part of a row begins on each side. */
  private void seek(long row, long column, long[] at) {
    for (int side = 0; side < SIDES; side++) {
      at[side] = column * this.row.strides[side];
      long rest = row;
      for (int i = outer.length - 1; i >= 0; i--) {
        at[side] += rest % outer[i].size * outer[i].strides[side];
        rest /= outer[i].size;
      }
    }
  }

  private void ints(
      MemorySegment condition,
      MemorySegment first,
      MemorySegment second,
      long[] at,
      MemorySegment dst,
      long to,
      int count) {
    long[] step = row.strides;
    for (int i = 0; i < count; i++) {
      boolean isFirst = condition.get(JAVA_BYTE, at[0] + i * step[0]) != 0;
      int element =
          isFirst
              ? first.getAtIndex(JAVA_INT_UNALIGNED, at[1] + i * step[1])
              : second.getAtIndex(JAVA_INT_UNALIGNED, at[2] + i * step[2]);
      dst.setAtIndex(JAVA_INT_UNALIGNED, to + i, element);
    }
  }

  private void longs(
      MemorySegment condition,
      MemorySegment first,
      MemorySegment second,
      long[] at,
      MemorySegment dst,
      long to,
      int count) {
    long[] step = row.strides;
    for (int i = 0; i < count; i++) {
      boolean isFirst = condition.get(JAVA_BYTE, at[0] + i * step[0]) != 0;
      long element =
          isFirst
              ? first.getAtIndex(JAVA_LONG_UNALIGNED, at[1] + i * step[1])
              : second.getAtIndex(JAVA_LONG_UNALIGNED, at[2] + i * step[2]);
      dst.setAtIndex(JAVA_LONG_UNALIGNED, to + i, element);
    }
  }
}

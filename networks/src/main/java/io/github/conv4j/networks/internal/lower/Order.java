package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.networks.internal.operator.Colours;
import io.github.conv4j.networks.internal.operator.Permute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * In which order the axes of a dense tensor lie in memory, the outermost first: {@code 0 1 2 3} is
 * row-major, {@code 0 2 3 1} has the channels last. Transposing a tensor changes its order only.
 */
final class Order {
  private final int[] axes;

  private Order(int[] axes) {
    this.axes = axes;
  }

  static Order rowMajor(int rank) {
    int[] axes = new int[rank];
    Arrays.setAll(axes, i -> i);
    return new Order(axes);
  }

  /** The axes from the outermost on. */
  static Order of(int... axes) {
    return new Order(axes.clone());
  }

  /** Axis 1 is the innermost. */
  static Order channelsLast(int rank) {
    if (rank < 2) {
      return rowMajor(rank);
    }
    int[] axes = new int[rank];
    for (int i = 1; i < rank - 1; i++) {
      axes[i] = i + 1;
    }
    axes[rank - 1] = 1;
    return new Order(axes);
  }

  /** Returns the order of a tensor that has only the last axes of one in this order. */
  Order last(int rank) {
    int first = axes.length - rank;
    return new Order(
        Arrays.stream(axes).filter(axis -> axis >= first).map(axis -> axis - first).toArray());
  }

  int rank() {
    return axes.length;
  }

  /** Returns which axis lies at a position. */
  int axis(int position) {
    return axes[position];
  }

  /** Returns at which position an axis lies. */
  int position(int axis) {
    for (int i = 0; i < axes.length; i++) {
      if (axes[i] == axis) {
        return i;
      }
    }
    throw new IllegalArgumentException("no axis " + axis + " in " + this);
  }

  /** Returns the sizes in the order in which they lie. */
  long[] inMemory(long[] dims) {
    long[] sizes = new long[axes.length];
    Arrays.setAll(sizes, i -> dims[axes[i]]);
    return sizes;
  }

  /** Returns a copy of a tensor that lies in this order into another, in parts. */
  Primitive reorder(Order to, long[] dims, int threads) {
    if (axes.length > 2
        && dims[1] == Colours.COUNT
        && isSame(rowMajor(axes.length), dims)
        && to.isSame(channelsLast(axes.length), dims)) {
      long pixels = 1;
      for (int i = 2; i < dims.length; i++) {
        pixels *= dims[i];
      }
      return new Colours(dims[0], pixels, threads);
    }
    int[] positions = new int[axes.length];
    Arrays.setAll(positions, i -> position(to.axis(i)));
    return new Permute(inMemory(dims), positions, threads);
  }

  /** Returns the steps of each axis, in elements. */
  long[] strides(long[] dims) {
    long[] strides = new long[axes.length];
    long step = 1;
    for (int i = axes.length - 1; i >= 0; i--) {
      strides[axes[i]] = step;
      step *= dims[axes[i]];
    }
    return strides;
  }

  /** Returns the order of a tensor that has several axes, or none, where this one has one. */
  Order replaced(int axis, int count) {
    int[] result = new int[axes.length - 1 + count];
    int at = 0;
    for (int each : axes) {
      if (each == axis) {
        for (int i = 0; i < count; i++) {
          result[at++] = axis + i;
        }
      } else {
        result[at++] = each < axis ? each : each - 1 + count;
      }
    }
    return new Order(result);
  }

  /** Whether a tensor has the same bytes in both orders. */
  boolean isSame(Order other, long[] dims) {
    return Arrays.equals(moving(dims), other.moving(dims));
  }

  /** The axes of more than one element. */
  private int[] moving(long[] dims) {
    return Arrays.stream(axes).filter(axis -> dims[axis] != 1).toArray();
  }

  /** Returns the order of a tensor whose axis i is axis {@code permutation[i]} of this one. */
  Order transposed(int[] permutation) {
    int[] moved = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      for (int j = 0; j < permutation.length; j++) {
        if (permutation[j] == axes[i]) {
          moved[i] = j;
        }
      }
    }
    return new Order(moved);
  }

  /**
   * Returns the order of the same bytes seen with other dims, or null where some of the dims that
   * become one, or come from one, do not lie together.
   */
  @Nullable Order reshaped(long[] from, long[] to) {
    List<int[]> groups = groups(from, to);
    if (groups == null) {
      return null;
    }
    int[] begin = new int[groups.size()];
    for (int g = 0; g < begin.length; g++) {
      begin[g] = placeOf(groups.get(g), from);
      if (begin[g] < 0) {
        return null;
      }
    }
    Integer[] sorted = new Integer[begin.length];
    Arrays.setAll(sorted, g -> g);
    Arrays.sort(sorted, (a, b) -> Integer.compare(begin[a], begin[b]));
    int[] result = new int[to.length];
    int count = 0;
    for (int g : sorted) {
      for (int axis = groups.get(g)[2]; axis < groups.get(g)[3]; axis++) {
        result[count++] = axis;
      }
    }
    return new Order(result);
  }

  /**
   * Returns the order in which a tensor can be seen with other dims and that is nearest to this
   * one: axes that become one, or come from one, lie together, where the innermost of them lies.
   */
  Order together(long[] from, long[] to) {
    List<int[]> groups = groups(from, to);
    if (groups == null) {
      return rowMajor(axes.length);
    }
    List<int[]> sorted = new ArrayList<>(groups);
    sorted.sort(Comparator.comparingInt(this::innermost));
    int[] result = new int[axes.length];
    int count = 0;
    for (int[] group : sorted) {
      for (int axis = group[0]; axis < group[1]; axis++) {
        result[count++] = axis;
      }
    }
    return new Order(result);
  }

  private int innermost(int[] group) {
    return IntStream.range(group[0], group[1]).map(this::position).max().orElse(-1);
  }

  /**
   * Returns which axes of one shape hold the same elements as which of another, each as begin and
   * end in the one and begin and end in the other; or null where both do not have as many elements.
   */
  private static @Nullable List<int[]> groups(long[] from, long[] to) {
    // Axes of one element have no place of their own: they go where their neighbours are.
    List<int[]> groups = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < from.length || j < to.length) {
      int beginI = i;
      int beginJ = j;
      long left = i < from.length ? from[i++] : 1;
      long right = j < to.length ? to[j++] : 1;
      while (left != right) {
        if (left < right && i < from.length) {
          left *= from[i++];
        } else if (j < to.length) {
          right *= to[j++];
        } else {
          return null;
        }
      }
      groups.add(new int[] {beginI, i, beginJ, j});
    }
    return groups;
  }

  /** Returns where the axes of a group begin if they follow each other in memory, else -1. */
  private int placeOf(int[] group, long[] dims) {
    int place = Integer.MAX_VALUE;
    int previous = -1;
    for (int axis = group[0]; axis < group[1]; axis++) {
      if (dims[axis] == 1) {
        continue;
      }
      int position = movingPosition(axis, dims);
      if (previous >= 0 && position != previous + 1) {
        return -1;
      }
      place = Math.min(place, position);
      previous = position;
    }
    return place == Integer.MAX_VALUE ? 0 : place;
  }

  private int movingPosition(int axis, long[] dims) {
    int position = 0;
    for (int each : axes) {
      if (each == axis) {
        return position;
      }
      position += dims[each] == 1 ? 0 : 1;
    }
    throw new IllegalArgumentException("no axis " + axis + " in " + this);
  }

  @Override
  public String toString() {
    return Arrays.toString(axes);
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Loops over tensors of one shape, in blocks along the axis on which the first has the smallest
 * steps. Axes that follow each other in every tensor are one.
 *
 * <p>A tensor of one number a channel repeats itself where channels are neighbours. Blocks then
 * hold whole pixels, as many as fit, if the tensor is given {@link #tiled}.
 */
final class BlockNest {
  /** Elements of a block at most. */
  static final int BLOCK = 512;

  /** Gets blocks; one for each thread. */
  interface Body {
    /**
     * Takes a block.
     *
     * @param places where it begins in each tensor, in elements
     */
    void run(long[] places, int count);
  }

  /** Where a thread is; makes no garbage. */
  static final class Cursor {
    private final long[] index;
    private final long[] row;
    private final long[] places;

    Cursor(BlockNest nest) {
      index = new long[nest.sizes.length];
      row = new long[nest.steps.length];
      places = new long[nest.steps.length];
    }
  }

  /** Sizes of the axes, the innermost last. */
  private final long[] sizes;

  /** The steps of each tensor along each axis. */
  private final long[][] steps;

  /** From one block to the next along the innermost axis, for each element of a block. */
  private final long[] moves;

  private final int blockLength;
  private final int repetitions;
  private final long blocksPerRow;
  private final long blockCount;

  private BlockNest(long[] sizes, long[][] steps, long[] moves, int blockLength, int repetitions) {
    this.sizes = sizes;
    this.steps = steps;
    this.moves = moves;
    this.blockLength = blockLength;
    this.repetitions = repetitions;
    this.blocksPerRow = Math.ceilDiv(sizes[sizes.length - 1], blockLength);
    long rows = 1;
    for (int axis = 0; axis < sizes.length - 1; axis++) {
      rows *= sizes[axis];
    }
    this.blockCount = rows * blocksPerRow;
  }

  /** Plans loops; the first strides are those that decide about the order. */
  static BlockNest of(Shape shape, List<long[]> strides) {
    return of(shape, strides, new boolean[strides.size()]);
  }

  /**
   * Plans loops.
   *
   * @param repeats which tensors hold one number a channel and will be {@link #tiled}
   */
  static BlockNest of(Shape shape, List<long[]> strides, boolean[] repeats) {
    int tensors = strides.size();
    List<Integer> axes = axes(shape, strides.getFirst());
    long[] sizes = new long[axes.size()];
    long[][] steps = new long[tensors][axes.size()];
    int merged = 0;
    for (int axis : axes) {
      long size = shape.dim(axis);
      if (merged > 0 && follows(strides, axis, size, steps, merged - 1)) {
        sizes[merged - 1] *= size;
      } else {
        sizes[merged++] = size;
      }
      for (int i = 0; i < tensors; i++) {
        steps[i][merged - 1] = strides.get(i)[axis];
      }
    }
    sizes = Arrays.copyOf(sizes, merged);
    for (int i = 0; i < tensors; i++) {
      steps[i] = Arrays.copyOf(steps[i], merged);
    }
    return repeats(sizes, steps, repeats)
        ? repeating(sizes, steps, repeats)
        : new BlockNest(sizes, steps, innermost(steps), BLOCK, 1);
  }

  private static long[] innermost(long[][] steps) {
    return Arrays.stream(steps).mapToLong(each -> each[each.length - 1]).toArray();
  }

  /** The axes with more than one element, or one of them, the widest steps first. */
  private static List<Integer> axes(Shape shape, long[] strides) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis) > 1) {
        axes.add(axis);
      }
    }
    if (axes.isEmpty()) {
      axes.add(shape.rank() - 1);
    }
    axes.sort(Comparator.comparingLong(axis -> -strides[axis]));
    return axes;
  }

  /** Whether an axis continues the one outside of it, in every tensor. */
  private static boolean follows(
      List<long[]> strides, int axis, long size, long[][] steps, int outer) {
    for (int i = 0; i < steps.length; i++) {
      if (steps[i][outer] != size * strides.get(i)[axis]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the two innermost axes would be one but for tensors that repeat themselves. */
  private static boolean repeats(long[] sizes, long[][] steps, boolean[] repeats) {
    int inner = sizes.length - 1;
    if (inner < 1 || 2 * sizes[inner] > BLOCK) {
      return false;
    }
    boolean any = false;
    for (int i = 0; i < steps.length; i++) {
      boolean fits =
          repeats[i]
              ? steps[i][inner] == 1 && steps[i][inner - 1] == 0
              : steps[i][inner - 1] == sizes[inner] * steps[i][inner];
      if (!fits) {
        return false;
      }
      any |= repeats[i];
    }
    return any;
  }

  private static BlockNest repeating(long[] sizes, long[][] steps, boolean[] repeats) {
    int inner = sizes.length - 1;
    int channels = (int) sizes[inner];
    int pixels = BLOCK / channels;
    long[] mergedSizes = Arrays.copyOf(sizes, inner);
    mergedSizes[inner - 1] *= channels;
    long[][] mergedSteps = new long[steps.length][];
    long[] moves = new long[steps.length];
    for (int i = 0; i < steps.length; i++) {
      mergedSteps[i] = Arrays.copyOf(steps[i], inner);
      mergedSteps[i][inner - 1] = steps[i][inner];
      moves[i] = repeats[i] ? 0 : steps[i][inner];
    }
    return new BlockNest(mergedSizes, mergedSteps, moves, pixels * channels, pixels);
  }

  /** Returns the numbers of channels as often as blocks need them. */
  float[] tiled(float[] values) {
    float[] tiled = new float[values.length * repetitions];
    for (int at = 0; at < tiled.length; at += values.length) {
      System.arraycopy(values, 0, tiled, at, values.length);
    }
    return tiled;
  }

  /** Returns the numbers of channels as often as blocks need them. */
  double[] tiled(double[] values) {
    double[] tiled = new double[values.length * repetitions];
    for (int at = 0; at < tiled.length; at += values.length) {
      System.arraycopy(values, 0, tiled, at, values.length);
    }
    return tiled;
  }

  /** Returns from one element of a block to the next in a tensor. */
  long step(int tensor) {
    return steps[tensor][sizes.length - 1];
  }

  long blockCount() {
    return blockCount;
  }

  /** Runs some of the blocks, all of them from 0 to {@link #blockCount}. */
  void run(long first, long past, Cursor cursor, Body body) {
    if (first >= past) {
      return;
    }
    long[] places = cursor.places;
    int inner = sizes.length - 1;
    seek(first / blocksPerRow, cursor);
    long inRow = first % blocksPerRow;
    for (long block = first; block < past; block++) {
      long at = inRow * blockLength;
      for (int i = 0; i < places.length; i++) {
        places[i] = cursor.row[i] + at * moves[i];
      }
      body.run(places, (int) Math.min(blockLength, sizes[inner] - at));
      if (++inRow == blocksPerRow) {
        inRow = 0;
        advance(cursor);
      }
    }
  }

  private void seek(long row, Cursor cursor) {
    long rest = row;
    Arrays.fill(cursor.row, 0);
    for (int axis = sizes.length - 2; axis >= 0; axis--) {
      long at = rest % sizes[axis];
      rest /= sizes[axis];
      cursor.index[axis] = at;
      for (int i = 0; i < steps.length; i++) {
        cursor.row[i] += at * steps[i][axis];
      }
    }
  }

  private void advance(Cursor cursor) {
    int axis = sizes.length - 2;
    while (axis >= 0 && cursor.index[axis] == sizes[axis] - 1) {
      for (int i = 0; i < steps.length; i++) {
        cursor.row[i] -= cursor.index[axis] * steps[i][axis];
      }
      cursor.index[axis--] = 0;
    }
    if (axis >= 0) {
      cursor.index[axis]++;
      for (int i = 0; i < steps.length; i++) {
        cursor.row[i] += steps[i][axis];
      }
    }
  }
}

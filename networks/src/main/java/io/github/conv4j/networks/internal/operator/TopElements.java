package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The most extreme numbers along the middle axis of {@code [outer, axis, inner]}, the first ones
 * first: dst holds the numbers, operand 0 where they are, as 64-bit integers. Of equal numbers the
 * first counts; what is not a number is larger than any.
 */
public final class TopElements extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 4;

  private final boolean isLargest;
  private final int axis;
  private final int inner;
  private final int count;

  /**
   * Plans a search.
   *
   * @param isLargest whether the largest numbers are searched, rather than the smallest
   * @param count how many of them
   */
  public TopElements(boolean isLargest, long outer, int axis, int inner, int count, int threads) {
    super(
        lanes(outer, axis, inner),
        ELEMENT_NANOS * axis * (32 - Integer.numberOfLeadingZeros(count)),
        threads);
    if (Sizes.positive(count, "count") > axis) {
      throw new IllegalArgumentException("there are no %d of %d".formatted(count, axis));
    }
    this.isLargest = isLargest;
    this.axis = axis;
    this.inner = inner;
    this.count = count;
  }

  private static long lanes(long outer, int axis, int inner) {
    Sizes.product("outer, axis, inner", outer, axis, inner);
    return outer * inner;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    var heap = new Heap(isLargest, count);
    return (begin, end, src, dst, operands) -> {
      for (long lane = begin; lane < end; lane++) {
        long outer = lane / inner;
        long column = lane % inner;
        heap.fill(src, outer * axis * inner + column, axis, inner);
        heap.empty(dst, operands[0], outer * count * inner + column, inner);
      }
    };
  }

  /** The best so far, the worst of them at the root. */
  private static final class Heap {
    private final boolean isLargest;
    private final float[] numbers;
    private final int[] places;

    Heap(boolean isLargest, int count) {
      this.isLargest = isLargest;
      this.numbers = new float[count];
      this.places = new int[count];
    }

    void fill(MemorySegment src, long at, int axis, int step) {
      int size = numbers.length;
      for (int i = 0; i < size; i++) {
        numbers[i] = src.getAtIndex(JAVA_FLOAT_UNALIGNED, at + (long) i * step);
        places[i] = i;
      }
      for (int i = size / 2 - 1; i >= 0; i--) {
        put(numbers[i], places[i], i, size);
      }
      for (int i = size; i < axis; i++) {
        float number = src.getAtIndex(JAVA_FLOAT_UNALIGNED, at + (long) i * step);
        if (isBetter(number, i, numbers[0], places[0])) {
          put(number, i, 0, size);
        }
      }
    }

    /** Takes the worst again and again: the last result first. */
    void empty(MemorySegment dst, MemorySegment indices, long at, int step) {
      for (int size = numbers.length; size > 0; size--) {
        long to = at + (long) (size - 1) * step;
        dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to, numbers[0]);
        indices.setAtIndex(JAVA_LONG_UNALIGNED, to, places[0]);
        put(numbers[size - 1], places[size - 1], 0, size - 1);
      }
    }

    /** Puts a number at a node of the heap, or below it. */
    private void put(float number, int place, int node, int size) {
      int at = node;
      while (2 * at + 1 < size) {
        int child = 2 * at + 1;
        if (child + 1 < size
            && isBetter(numbers[child], places[child], numbers[child + 1], places[child + 1])) {
          child++;
        }
        if (!isBetter(number, place, numbers[child], places[child])) {
          break;
        }
        numbers[at] = numbers[child];
        places[at] = places[child];
        at = child;
      }
      numbers[at] = number;
      places[at] = place;
    }

    private boolean isBetter(float x, int xPlace, float y, int yPlace) {
      int order = x == y ? 0 : Float.compare(x, y);
      return order == 0 ? xPlace < yPlace : order > 0 == isLargest;
    }
  }
}

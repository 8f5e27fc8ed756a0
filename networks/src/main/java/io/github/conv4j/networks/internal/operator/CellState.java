package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The states of a block of a batch, and where the gates of one row go. The hidden state is on the
 * heap too, where products read it.
 */
final class CellState {
  private final int batchBlock;
  private final int size;
  private final int gates;

  /** The hidden state, or what products read instead of it. */
  final float[] hidden;

  /** What products of the state add up to, where they are not added to the input's share. */
  final float[] products;

  CellState(int batchBlock, int size, Cell cell) {
    this.batchBlock = batchBlock;
    this.size = size;
    this.gates = cell.gates();
    this.hidden = new float[batchBlock * size];
    this.products = new float[batchBlock * cell.pitch()];
  }

  /** Where a gate of the row begins in the scratchpad. */
  long gate(int gate) {
    return (long) gate * size;
  }

  /** Where what products of the state add up to begins, for a gate of the row. */
  long product(int gate) {
    return (long) (gates + gate) * size;
  }

  /** Where a state of a row begins. */
  long state(int state, int row) {
    return (2L * gates + (long) state * batchBlock + row) * size;
  }

  /** Where a row begins that is used in between. */
  long between() {
    return state(2, 0);
  }

  void clear(int state, int rows, MemorySegment scratchpad) {
    for (long i = state(state, 0); i < state(state, rows); i++) {
      scratchpad.setAtIndex(JAVA_FLOAT_UNALIGNED, i, 0);
    }
    if (state == 0) {
      Arrays.fill(hidden, 0, rows * size, 0);
    }
  }

  void load(int state, MemorySegment from, long at, int rows, MemorySegment scratchpad) {
    copy(from, at, scratchpad, state(state, 0), (long) rows * size);
    if (state == 0) {
      takeHidden(scratchpad, state(0, 0), 0, rows);
    }
  }

  void store(int state, MemorySegment to, long at, int rows, MemorySegment scratchpad) {
    copy(scratchpad, state(state, 0), to, at, (long) rows * size);
  }

  /** Lets products read rows from the scratchpad. */
  void takeHidden(MemorySegment scratchpad, long at, int row, int rows) {
    MemorySegment.copy(
        scratchpad, JAVA_FLOAT_UNALIGNED, at * Float.BYTES, hidden, row * size, rows * size);
  }

  /** Puts sums of products where functions read them. */
  void giveSums(float[] sums, int from, MemorySegment scratchpad, long to, int count) {
    MemorySegment.copy(sums, from, scratchpad, JAVA_FLOAT_UNALIGNED, to * Float.BYTES, count);
  }

  private static void copy(MemorySegment from, long at, MemorySegment to, long toAt, long count) {
    MemorySegment.copy(from, at * Float.BYTES, to, toAt * Float.BYTES, count * Float.BYTES);
  }
}

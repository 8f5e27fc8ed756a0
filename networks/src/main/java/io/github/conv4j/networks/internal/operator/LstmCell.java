package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code C = f C + i c, H = o tanh(C)}. */
final class LstmCell extends Cell {
  private static final int GATES = 4;
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int FORGET = 2;
  private static final int CANDIDATE = 3;

  private final PackedMatrix stateWeights;

  /** One number a cell for each of the gates but the last. */
  private final @Nullable MemorySegment peepholes;

  LstmCell(
      Recurrent.Shape shape,
      int direction,
      float[] weights,
      float[] stateWeights,
      float[] bias,
      float[] peepholes) {
    super(shape, direction, GATES, weights, sumOfBiases(bias, direction, GATES * shape.hidden()));
    int rows = GATES * hidden;
    this.stateWeights =
        new PackedMatrix(
            Loops.current().product(), stateWeights, direction * rows * hidden, rows, hidden);
    int begin = direction * 3 * hidden;
    this.peepholes =
        peepholes.length == 0
            ? null
            : MemorySegment.ofArray(Arrays.copyOfRange(peepholes, begin, begin + 3 * hidden));
  }

  private static float[] sumOfBiases(float[] bias, int direction, int rows) {
    float[] sum = bias(bias, direction * 2 * rows, rows);
    float[] ofState = bias(bias, (direction * 2 + 1) * rows, rows);
    for (int i = 0; i < rows; i++) {
      sum[i] += ofState[i];
    }
    return sum;
  }

  @Override
  int stateCount() {
    return 2;
  }

  @Override
  void step(float[] shares, int at, int rows, CellState state, MemorySegment scratchpad) {
    stateWeights.addProducts(state.hidden, 0, rows, shares, at, pitch());
    for (int row = 0; row < rows; row++) {
      state.giveSums(shares, at + row * pitch(), scratchpad, state.gate(0), GATES * hidden);
      long cell = state.state(1, row);
      look(IN, cell, state, scratchpad);
      look(FORGET, cell, state, scratchpad);
      sigmoid(IN, state, scratchpad);
      sigmoid(FORGET, state, scratchpad);
      long in = state.gate(IN);
      long candidate = state.gate(CANDIDATE);
      tanh.run(scratchpad, candidate, scratchpad, candidate, hidden, 0, 0);
      mul.run(scratchpad, cell, scratchpad, state.gate(FORGET), scratchpad, cell, hidden);
      mul.run(scratchpad, in, scratchpad, candidate, scratchpad, in, hidden);
      add.run(scratchpad, cell, scratchpad, in, scratchpad, cell, hidden);
      look(OUT, cell, state, scratchpad);
      sigmoid(OUT, state, scratchpad);
      long out = state.state(0, row);
      tanh.run(scratchpad, cell, scratchpad, out, hidden, 0, 0);
      mul.run(scratchpad, out, scratchpad, state.gate(OUT), scratchpad, out, hidden);
    }
    state.takeHidden(scratchpad, state.state(0, 0), 0, rows);
  }

  private void sigmoid(int gate, CellState state, MemorySegment scratchpad) {
    long at = state.gate(gate);
    sigmoid.run(scratchpad, at, scratchpad, at, hidden, 0, 0);
  }

  /** Adds the cell's state to a gate. */
  private void look(int gate, long cell, CellState state, MemorySegment scratchpad) {
    if (peepholes != null) {
      long between = state.between();
      long at = state.gate(gate);
      mul.run(scratchpad, cell, peepholes, (long) gate * hidden, scratchpad, between, hidden);
      add.run(scratchpad, at, scratchpad, between, scratchpad, at, hidden);
    }
  }
}

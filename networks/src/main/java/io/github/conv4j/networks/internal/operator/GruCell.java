package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** {@code H = h + z (H - h)}, with a candidate {@code h} that sees a state reset by {@code r}. */
final class GruCell extends Cell {
  private static final int GATES = 3;
  private static final int UPDATE = 0;
  private static final int RESET = 1;
  private static final int CANDIDATE = 2;

  private final boolean resetsAfter;

  /** Of update and reset. */
  private final PackedMatrix gateWeights;

  private final PackedMatrix candidateWeights;

  /** What the candidate's products begin with. */
  private final float[] candidateBias;

  private final BinaryLoop sub;

  GruCell(
      Recurrent.Shape shape,
      int direction,
      float[] weights,
      float[] stateWeights,
      float[] bias,
      boolean resetsAfter) {
    super(
        shape, direction, GATES, weights, inputBias(bias, direction, shape.hidden(), resetsAfter));
    Loops loops = Loops.current();
    int begin = direction * GATES * hidden * hidden;
    this.resetsAfter = resetsAfter;
    this.gateWeights = new PackedMatrix(loops.product(), stateWeights, begin, 2 * hidden, hidden);
    this.candidateWeights =
        new PackedMatrix(
            loops.product(), stateWeights, begin + 2 * hidden * hidden, hidden, hidden);
    float[] ofState = bias(bias, (direction * 2 + 1) * GATES * hidden, GATES * hidden);
    this.candidateBias =
        resetsAfter
            ? Arrays.copyOf(
                Arrays.copyOfRange(ofState, 2 * hidden, GATES * hidden), candidateWeights.pitch())
            : new float[candidateWeights.pitch()];
    this.sub = loops.binary(BinaryFunction.SUB);
  }

  /** With all of the state's bias that is not reset. */
  private static float[] inputBias(float[] bias, int direction, int hidden, boolean resetsAfter) {
    int rows = GATES * hidden;
    float[] sum = bias(bias, direction * 2 * rows, rows);
    float[] ofState = bias(bias, (direction * 2 + 1) * rows, rows);
    for (int i = 0; i < (resetsAfter ? 2 * hidden : rows); i++) {
      sum[i] += ofState[i];
    }
    return sum;
  }

  @Override
  int stateCount() {
    return 1;
  }

  @Override
  void step(float[] shares, int at, int rows, CellState state, MemorySegment scratchpad) {
    int productPitch = gateWeights.pitch();
    float[] products = state.products;
    Arrays.fill(products, 0, rows * productPitch, 0);
    gateWeights.addProducts(state.hidden, 0, rows, products, 0, productPitch);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < 2 * hidden; i++) {
        shares[at + row * pitch() + i] += products[row * productPitch + i];
      }
      if (!resetsAfter) {
        gates(shares, at + row * pitch(), state, scratchpad);
        long between = state.between();
        long old = state.state(0, row);
        mul.run(scratchpad, old, scratchpad, state.gate(RESET), scratchpad, between, hidden);
        state.takeHidden(scratchpad, between, row, 1);
      }
    }
    int candidatePitch = candidateWeights.pitch();
    for (int row = 0; row < rows; row++) {
      System.arraycopy(candidateBias, 0, products, row * candidatePitch, candidatePitch);
    }
    candidateWeights.addProducts(state.hidden, 0, rows, products, 0, candidatePitch);
    for (int row = 0; row < rows; row++) {
      gates(shares, at + row * pitch(), state, scratchpad);
      state.giveSums(products, row * candidatePitch, scratchpad, state.product(0), hidden);
      finish(state, row, scratchpad);
    }
    state.takeHidden(scratchpad, state.state(0, 0), 0, rows);
  }

  /** Puts the gates of a row where functions read them. */
  private void gates(float[] shares, int at, CellState state, MemorySegment scratchpad) {
    state.giveSums(shares, at, scratchpad, state.gate(0), GATES * hidden);
    long update = state.gate(UPDATE);
    long reset = state.gate(RESET);
    sigmoid.run(scratchpad, update, scratchpad, update, hidden, 0, 0);
    sigmoid.run(scratchpad, reset, scratchpad, reset, hidden, 0, 0);
  }

  private void finish(CellState state, int row, MemorySegment scratchpad) {
    long candidate = state.gate(CANDIDATE);
    long product = state.product(0);
    long old = state.state(0, row);
    if (resetsAfter) {
      mul.run(scratchpad, product, scratchpad, state.gate(RESET), scratchpad, product, hidden);
    }
    add.run(scratchpad, candidate, scratchpad, product, scratchpad, candidate, hidden);
    tanh.run(scratchpad, candidate, scratchpad, candidate, hidden, 0, 0);
    sub.run(scratchpad, old, scratchpad, candidate, scratchpad, old, hidden);
    mul.run(scratchpad, old, scratchpad, state.gate(UPDATE), scratchpad, old, hidden);
    add.run(scratchpad, old, scratchpad, candidate, scratchpad, old, hidden);
  }
}

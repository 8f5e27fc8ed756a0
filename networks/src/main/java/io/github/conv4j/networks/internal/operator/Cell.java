package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The cells of one direction of a recurrent layer. Immutable. */
abstract sealed class Cell permits LstmCell, GruCell {
  private final int gates;
  private final PackedMatrix weights;
  private final float[] bias;

  final int hidden;
  final UnaryLoop sigmoid;
  final UnaryLoop tanh;
  final BinaryLoop add;
  final BinaryLoop mul;

  /**
   * Packs the weights of the input.
   *
   * @param bias what a row of sums begins with
   */
  Cell(Recurrent.Shape shape, int direction, int gates, float[] weights, float[] bias) {
    this.gates = gates;
    this.hidden = shape.hidden();
    int rows = gates * hidden;
    Loops loops = Loops.current();
    this.weights =
        new PackedMatrix(
            loops.product(), weights, direction * rows * shape.input(), rows, shape.input());
    this.bias = Arrays.copyOf(bias, pitch());
    this.sigmoid = loops.unary(UnaryFunction.SIGMOID);
    this.tanh = loops.unary(UnaryFunction.TANH);
    this.add = loops.binary(BinaryFunction.ADD);
    this.mul = loops.binary(BinaryFunction.MUL);
  }

  /** Returns a part of the bias of a direction, or zeros where there is none. */
  static float[] bias(float[] bias, int begin, int count) {
    return bias.length == 0 ? new float[count] : Arrays.copyOfRange(bias, begin, begin + count);
  }

  final int gates() {
    return gates;
  }

  /** Returns how far apart rows of sums are. */
  final int pitch() {
    return weights.pitch();
  }

  /** Computes the share of the input and the bias in the gates. */
  final void inputs(float[] input, int rows, float[] shares) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(bias, 0, shares, r * pitch(), pitch());
    }
    weights.addProducts(input, 0, rows, shares, 0, pitch());
  }

  /** Returns how many states a cell has. */
  abstract int stateCount();

  /**
   * Takes a step.
   *
   * @param shares of the input in the gates, which may be overwritten
   */
  abstract void step(float[] shares, int at, int rows, CellState state, MemorySegment scratchpad);
}

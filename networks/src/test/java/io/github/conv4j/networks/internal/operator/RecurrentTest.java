package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.internal.operator.Recurrent.Direction;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecurrentTest {
  private static final float[] NONE = {};

  private static final Recurrent.Shape[] SHAPES = {
    new Recurrent.Shape(Direction.FORWARD, 1, 1, 1, 1),
    new Recurrent.Shape(Direction.FORWARD, 7, 1, 5, 8),
    new Recurrent.Shape(Direction.REVERSE, 5, 3, 9, 13),
    new Recurrent.Shape(Direction.BIDIRECTIONAL, 70, 1, 24, 16),
    new Recurrent.Shape(Direction.BIDIRECTIONAL, 9, 6, 3, 20)
  };

  /** The parameters of a layer of some number of gates. */
  private record Parameters(
      int gates, float[] weights, float[] stateWeights, float[] bias, float[] peepholes) {
    static Parameters of(Recurrent.Shape shape, int gates, boolean isFull, Random random) {
      long rows = (long) shape.directions() * gates * shape.hidden();
      return new Parameters(
          gates,
          small(random, rows * shape.input()),
          small(random, rows * shape.hidden()),
          isFull ? small(random, 2 * rows) : NONE,
          isFull ? small(random, (long) shape.directions() * 3 * shape.hidden()) : NONE);
    }

    private static float[] small(Random random, long count) {
      float[] values = OperatorRun.gaussians(random, count);
      for (int i = 0; i < values.length; i++) {
        values[i] *= 0.3f;
      }
      return values;
    }

    /** The share of a vector in a gate of a cell. */
    static double share(float[] matrix, int row, double[] x) {
      double sum = 0;
      for (int k = 0; k < x.length; k++) {
        sum += matrix[row * x.length + k] * x[k];
      }
      return sum;
    }

    double bias(int direction, boolean isOfState, int row, int rows) {
      return bias.length == 0 ? 0 : bias[(direction * 2 + (isOfState ? 1 : 0)) * rows + row];
    }
  }

  /** What one kind of cell does in a step, in double. */
  private interface Step {
    void run(int direction, double[] x, double[] hidden, double[] cell);
  }

  @Test
  void longShortTermMemory() {
    var random = new Random(18);
    for (Recurrent.Shape shape : SHAPES) {
      for (boolean isFull : new boolean[] {false, true}) {
        Parameters p = Parameters.of(shape, 4, isFull, random);
        check(
            shape,
            2,
            isFull,
            random,
            () -> Recurrent.lstm(shape, p.weights, p.stateWeights, p.bias, p.peepholes, isFull, 2),
            (direction, x, hidden, cell) -> lstm(shape, p, direction, x, hidden, cell));
      }
    }
  }

  private static void lstm(
      Recurrent.Shape shape, Parameters p, int direction, double[] x, double[] h, double[] c) {
    int size = shape.hidden();
    double[] old = h.clone();
    for (int j = 0; j < size; j++) {
      double[] gate = new double[4];
      for (int g = 0; g < 4; g++) {
        int row = g * size + j;
        int global = direction * 4 * size + row;
        gate[g] =
            Parameters.share(p.weights, global, x)
                + Parameters.share(p.stateWeights, global, old)
                + p.bias(direction, false, row, 4 * size)
                + p.bias(direction, true, row, 4 * size);
      }
      double in = sigmoid(gate[0] + peephole(p, direction, 0, j, size) * c[j]);
      double forget = sigmoid(gate[2] + peephole(p, direction, 2, j, size) * c[j]);
      c[j] = forget * c[j] + in * Math.tanh(gate[3]);
      h[j] = sigmoid(gate[1] + peephole(p, direction, 1, j, size) * c[j]) * Math.tanh(c[j]);
    }
  }

  private static double peephole(Parameters p, int direction, int gate, int j, int size) {
    return p.peepholes.length == 0 ? 0 : p.peepholes[(direction * 3 + gate) * size + j];
  }

  @Test
  void gatedRecurrentUnits() {
    var random = new Random(19);
    for (Recurrent.Shape shape : SHAPES) {
      for (boolean isFull : new boolean[] {false, true}) {
        for (boolean resetsAfter : new boolean[] {false, true}) {
          Parameters p = Parameters.of(shape, 3, isFull, random);
          check(
              shape,
              1,
              isFull,
              random,
              () -> Recurrent.gru(shape, p.weights, p.stateWeights, p.bias, resetsAfter, isFull, 2),
              (direction, x, hidden, _) -> gru(shape, p, resetsAfter, direction, x, hidden));
        }
      }
    }
  }

  private static void gru(
      Recurrent.Shape shape,
      Parameters p,
      boolean resetsAfter,
      int direction,
      double[] x,
      double[] h) {
    int size = shape.hidden();
    double[] old = h.clone();
    double[] update = new double[size];
    double[] reset = new double[size];
    double[] resetState = new double[size];
    for (int j = 0; j < size; j++) {
      update[j] = sigmoid(sum(p, direction, j, size, x, old));
      reset[j] = sigmoid(sum(p, direction, size + j, size, x, old));
      resetState[j] = reset[j] * old[j];
    }
    for (int j = 0; j < size; j++) {
      int row = 2 * size + j;
      int global = direction * 3 * size + row;
      double ofState =
          Parameters.share(p.stateWeights, global, resetsAfter ? old : resetState)
              + p.bias(direction, true, row, 3 * size);
      double candidate =
          Math.tanh(
              Parameters.share(p.weights, global, x)
                  + p.bias(direction, false, row, 3 * size)
                  + (resetsAfter ? reset[j] : 1) * ofState);
      h[j] = (1 - update[j]) * candidate + update[j] * old[j];
    }
  }

  private static double sum(
      Parameters p, int direction, int row, int size, double[] x, double[] state) {
    int global = direction * 3 * size + row;
    return Parameters.share(p.weights, global, x)
        + Parameters.share(p.stateWeights, global, state)
        + p.bias(direction, false, row, 3 * size)
        + p.bias(direction, true, row, 3 * size);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static void check(
      Recurrent.Shape shape,
      int stateCount,
      boolean hasFirstStates,
      Random random,
      java.util.function.Supplier<Recurrent> layer,
      Step step) {
    int hidden = shape.hidden();
    int states = shape.directions() * shape.batch() * hidden;
    float[] src =
        OperatorRun.gaussians(random, (long) shape.steps() * shape.batch() * shape.input());
    float[][] first = new float[hasFirstStates ? stateCount : 0][];
    for (int i = 0; i < first.length; i++) {
      first[i] = OperatorRun.gaussians(random, states);
    }
    double[] expected = new double[states * (shape.steps() + stateCount)];
    for (int direction = 0; direction < shape.directions(); direction++) {
      for (int n = 0; n < shape.batch(); n++) {
        int at = (direction * shape.batch() + n) * hidden;
        double[][] state = new double[2][hidden];
        for (int i = 0; i < first.length; i++) {
          for (int j = 0; j < hidden; j++) {
            state[i][j] = first[i][at + j];
          }
        }
        for (int s = 0; s < shape.steps(); s++) {
          boolean isReverse = shape.direction() == Direction.REVERSE || direction == 1;
          int t = isReverse ? shape.steps() - 1 - s : s;
          double[] x = new double[shape.input()];
          for (int k = 0; k < x.length; k++) {
            x[k] = src[(t * shape.batch() + n) * x.length + k];
          }
          step.run(direction, x, state[0], state[1]);
          System.arraycopy(state[0], 0, expected, t * states + at, hidden);
        }
        for (int i = 0; i < stateCount; i++) {
          System.arraycopy(state[i], 0, expected, (shape.steps() + i) * states + at, hidden);
        }
      }
    }
    for (Loops loops : OperatorRun.loops()) {
      var primitive = OperatorRun.make(loops, layer);
      float[] dst = OperatorRun.floats(primitive, expected.length, src, first);
      OperatorRun.near(dst, expected, 2e-5, shape.toString());
    }
  }

  @Test
  void refusals() {
    Recurrent.Shape shape = new Recurrent.Shape(Direction.FORWARD, 2, 1, 3, 4);
    assertThatThrownBy(
            () -> Recurrent.lstm(shape, new float[47], new float[64], NONE, NONE, false, 1))
        .hasMessageContainingAll("weights", "48", "47");
    assertThatThrownBy(
            () -> Recurrent.gru(shape, new float[36], new float[48], new float[5], true, false, 1))
        .hasMessageContainingAll("bias", "24", "5");
    assertThatThrownBy(() -> new Recurrent.Shape(Direction.FORWARD, 0, 1, 1, 1))
        .hasMessageContaining("steps");
  }
}

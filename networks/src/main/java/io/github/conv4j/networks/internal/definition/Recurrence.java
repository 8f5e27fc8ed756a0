package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.internal.definition.Recurrences.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * One recurrent layer: time step by time step, a hidden state (and for LSTM a cell state) follows
 * from the input and the state before.
 *
 * <p>Inside, sequences are {@code [time, batch, input]} and states {@code [direction, batch,
 * hidden]}; attribute layout 1 puts the batch first outside.
 */
final class Recurrence {
  private static final int X = 0;
  private static final int W = 1;
  private static final int R = 2;
  private static final int BIAS = 3;
  private static final int LENGTHS = 4;
  private static final int INITIAL_HIDDEN = 5;
  private static final int INITIAL_CELL = 6;
  private static final int PEEPHOLES = 7;

  private final NodeCall call;
  private final Cell cell;
  private final String direction;
  private final boolean batchFirst;
  private final int directions;
  private final int steps;
  private final int batch;
  private final int inputs;
  private final int hidden;
  private final List<DoubleUnaryOperator> activations;
  private final double clip;

  Recurrence(NodeCall call, Cell cell) {
    this.call = call;
    this.cell = cell;
    this.direction = call.text("direction", "forward");
    this.directions =
        switch (direction) {
          case "forward", "reverse" -> 1;
          case "bidirectional" -> 2;
          default -> throw call.invalid("has direction \"%s\"", direction);
        };
    this.batchFirst = call.flag("layout", false);
    call.requireReal(X);
    call.requireRank(X, 3);
    call.requireRank(R, 3);
    long[] dims = call.dims(X);
    this.steps = (int) dims[batchFirst ? 1 : 0];
    this.batch = (int) dims[batchFirst ? 0 : 1];
    this.inputs = (int) dims[2];
    this.hidden = (int) call.type(R).dim(2);
    checkDims();
    this.activations = activations();
    this.clip = call.hasAttribute("clip") ? call.real("clip", 0) : Double.POSITIVE_INFINITY;
    call.require(clip >= 0, "has clip %s, which must be at least 0", clip);
  }

  private void checkDims() {
    call.require(
        call.integer("hidden_size", hidden) == hidden,
        "has hidden_size %d but weights %s",
        call.integer("hidden_size", hidden),
        call.type(R));
    long gates = (long) cell.gates() * hidden;
    call.requireDims(W, directions, gates, inputs);
    call.requireDims(R, directions, gates, hidden);
    requireReal(BIAS, directions, 2 * gates);
    if (call.has(LENGTHS)) {
      call.requireInteger(LENGTHS);
      call.requireDims(LENGTHS, batch);
    }
    long[] state =
        batchFirst
            ? new long[] {batch, directions, hidden}
            : new long[] {directions, batch, hidden};
    requireReal(INITIAL_HIDDEN, state);
    requireReal(INITIAL_CELL, state);
    requireReal(PEEPHOLES, directions, 3L * hidden);
  }

  private void requireReal(int input, long... dims) {
    if (call.has(input)) {
      call.requireReal(input);
      call.requireDims(input, dims);
    }
  }

  List<TensorType> infer() {
    TensorType all =
        batchFirst
            ? call.result(call.element(X), batch, steps, directions, hidden)
            : call.result(call.element(X), steps, directions, batch, hidden);
    TensorType last =
        batchFirst
            ? call.result(call.element(X), batch, directions, hidden)
            : call.result(call.element(X), directions, batch, hidden);
    return List.of(all, last, last).subList(0, call.outputCount());
  }

  private List<DoubleUnaryOperator> activations() {
    int count = cell.activations().size();
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < directions; i++) {
      missing.addAll(cell.activations());
    }
    List<String> names = call.texts("activations", missing);
    call.require(
        names.size() == count * directions,
        "has %d activations, not %d",
        names.size(),
        count * directions);
    Parameters alphas = new Parameters(call.reals("activation_alpha"));
    Parameters betas = new Parameters(call.reals("activation_beta"));
    List<DoubleUnaryOperator> functions = new ArrayList<>();
    for (String name : names) {
      functions.add(activation(name, alphas, betas));
    }
    return functions;
  }

  /** Numbers that the functions which have a parameter take in turn. */
  private static final class Parameters {
    private final double[] values;
    private int next;

    Parameters(double[] values) {
      this.values = values;
    }

    double next(double missing) {
      return next < values.length ? values[next++] : missing;
    }
  }

  private DoubleUnaryOperator activation(String told, Parameters alphas, Parameters betas) {
    String name = told.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "relu" -> x -> Math.max(x, 0);
      case "tanh" -> Math::tanh;
      case "sigmoid" -> Special::sigmoid;
      case "softsign" -> x -> x / (1 + Math.abs(x));
      case "softplus" -> Special::softplus;
      case "elu" -> Activations.elu(alphas.next(1));
      case "leakyrelu" -> Activations.leakyRelu(alphas.next(0.01f));
      case "thresholdedrelu" -> thresholdedRelu(alphas.next(1));
      case "affine" -> affine(alphas.next(1), betas.next(0));
      case "scaledtanh" -> scaledTanh(alphas.next(1), betas.next(1));
      case "hardsigmoid" -> hardSigmoid(alphas.next(0.2f), betas.next(0.5));
      default -> throw call.unsupported("has activation \"%s\"", told);
    };
  }

  private static DoubleUnaryOperator thresholdedRelu(double threshold) {
    return x -> x >= threshold ? x : 0;
  }

  private static DoubleUnaryOperator affine(double alpha, double beta) {
    return x -> alpha * x + beta;
  }

  private static DoubleUnaryOperator scaledTanh(double alpha, double beta) {
    return x -> alpha * Math.tanh(beta * x);
  }

  private static DoubleUnaryOperator hardSigmoid(double alpha, double beta) {
    return x -> Activations.hardSigmoid(x, alpha, beta);
  }

  List<Values> compute(List<TensorType> types) {
    double[] all = new double[steps * directions * batch * hidden];
    double[] h = states(INITIAL_HIDDEN);
    double[] c = states(INITIAL_CELL);
    double[] x = (batchFirst ? Layout.transposed(call.value(X), 1, 0, 2) : call.value(X)).reals();
    for (int d = 0; d < directions; d++) {
      for (int b = 0; b < batch; b++) {
        run(x, d, b, h, c, all);
      }
    }
    long[] allDims = {steps, directions, batch, hidden};
    long[] stateDims = {directions, batch, hidden};
    List<Values> results = new ArrayList<>();
    results.add(result(all, allDims, types.getFirst(), 2, 0, 1, 3));
    for (int output = 1; output < types.size(); output++) {
      results.add(result(output == 1 ? h : c, stateDims, types.get(output), 1, 0, 2));
    }
    return results;
  }

  private Values result(double[] values, long[] dims, TensorType type, int... batchToFront) {
    Values inside = Values.of(new TensorType(type.element(), dims), values);
    return batchFirst ? Layout.transposed(inside, batchToFront) : inside;
  }

  private double[] states(int input) {
    if (!call.has(input)) {
      return new double[directions * batch * hidden];
    }
    Values told = call.value(input);
    return (batchFirst ? Layout.transposed(told, 1, 0, 2) : told).reals().clone();
  }

  /** Runs one sequence in one direction; its states end where its length ends. */
  private void run(double[] x, int d, int b, double[] h, double[] c, double[] all) {
    long length = call.has(LENGTHS) ? call.value(LENGTHS).integers()[b] : steps;
    call.require(length >= 0 && length <= steps, "has a sequence of %d in %d steps", length, steps);
    boolean reverse = d == 1 || direction.equals("reverse");
    int start = (d * batch + b) * hidden;
    double[] state = Arrays.copyOfRange(h, start, start + hidden);
    double[] memory = Arrays.copyOfRange(c, start, start + hidden);
    for (int i = 0; i < length; i++) {
      int t = reverse ? (int) length - 1 - i : i;
      int from = (t * batch + b) * inputs;
      double[] input = Arrays.copyOfRange(x, from, from + inputs);
      state =
          switch (cell) {
            case RNN -> plain(d, input, state);
            case GRU -> gated(d, input, state);
            case LSTM -> longShortTerm(d, input, state, memory);
          };
      System.arraycopy(state, 0, all, ((t * directions + d) * batch + b) * hidden, hidden);
    }
    System.arraycopy(state, 0, h, start, hidden);
    System.arraycopy(memory, 0, c, start, hidden);
  }

  private double[] plain(int d, double[] input, double[] state) {
    double[] next = sum(fromInput(d, 0, input), fromState(d, 0, state));
    return activate(next, d, 0);
  }

  private double[] gated(int d, double[] input, double[] state) {
    double[] update = activate(sum(fromInput(d, 0, input), fromState(d, 0, state)), d, 0);
    double[] reset = activate(sum(fromInput(d, 1, input), fromState(d, 1, state)), d, 0);
    double[] seen =
        call.flag("linear_before_reset", false)
            ? product(reset, fromState(d, 2, state))
            : fromState(d, 2, product(reset, state));
    double[] candidate = activate(sum(fromInput(d, 2, input), seen), d, 1);
    double[] next = new double[hidden];
    for (int i = 0; i < hidden; i++) {
      next[i] = (1 - update[i]) * candidate[i] + update[i] * state[i];
    }
    return next;
  }

  /** Replaces memory, the cell state, by the next one. Gates are in the order i, o, f, c. */
  private double[] longShortTerm(int d, double[] input, double[] state, double[] memory) {
    double[] in = gate(d, 0, input, state, peephole(d, 0, memory));
    double[] forget;
    if (call.flag("input_forget", false)) {
      forget = Arrays.stream(in).map(i -> 1 - i).toArray();
    } else {
      forget = gate(d, 2, input, state, peephole(d, 2, memory));
    }
    double[] candidate = activate(sum(fromInput(d, 3, input), fromState(d, 3, state)), d, 1);
    for (int i = 0; i < hidden; i++) {
      memory[i] = forget[i] * memory[i] + in[i] * candidate[i];
    }
    double[] out = gate(d, 1, input, state, peephole(d, 1, memory));
    DoubleUnaryOperator ofMemory = activations.get(d * cell.activations().size() + 2);
    double[] next = new double[hidden];
    for (int i = 0; i < hidden; i++) {
      next[i] = out[i] * ofMemory.applyAsDouble(memory[i]);
    }
    return next;
  }

  private double[] gate(int d, int gate, double[] input, double[] state, double[] peephole) {
    double[] linear = sum(fromInput(d, gate, input), fromState(d, gate, state));
    return activate(sum(linear, peephole), d, 0);
  }

  private double[] peephole(int d, int gate, double[] memory) {
    double[] seen = new double[hidden];
    if (call.has(PEEPHOLES)) {
      double[] weights = call.reals(PEEPHOLES);
      for (int i = 0; i < hidden; i++) {
        seen[i] = weights[(d * 3 + gate) * hidden + i] * memory[i];
      }
    }
    return seen;
  }

  private double[] fromInput(int d, int gate, double[] input) {
    return linear(call.reals(W), d, gate, input, 0);
  }

  private double[] fromState(int d, int gate, double[] state) {
    return linear(call.reals(R), d, gate, state, cell.gates());
  }

  private double[] linear(double[] weights, int d, int gate, double[] x, int firstBias) {
    double[] dst = new double[hidden];
    int gates = cell.gates();
    double[] bias = call.has(BIAS) ? call.reals(BIAS) : new double[0];
    for (int i = 0; i < hidden; i++) {
      int row = ((d * gates + gate) * hidden + i) * x.length;
      double sum = 0;
      for (int k = 0; k < x.length; k++) {
        sum += weights[row + k] * x[k];
      }
      if (bias.length > 0) {
        sum += bias[(d * 2 * gates + firstBias + gate) * hidden + i];
      }
      dst[i] = sum;
    }
    return dst;
  }

  private double[] activate(double[] linear, int d, int which) {
    DoubleUnaryOperator function = activations.get(d * cell.activations().size() + which);
    return Pointwise.map(linear, x -> function.applyAsDouble(Math.max(-clip, Math.min(clip, x))));
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static double[] product(double[] a, double[] b) {
    double[] product = new double[a.length];
    Arrays.setAll(product, i -> a[i] * b[i]);
    return product;
  }
}

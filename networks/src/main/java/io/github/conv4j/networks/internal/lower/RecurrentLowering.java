package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.operator.Recurrent;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** LSTM and GRU with constant weights and the usual activations. */
final class RecurrentLowering {
  private static final int BIAS = 3;
  private static final int LENGTHS = 4;
  private static final int FIRST_STATE = 5;
  private static final int PEEPHOLES = 7;
  private static final float[] NONE = {};

  private RecurrentLowering() {}

  static boolean lower(Lowering to, Node node) {
    boolean isLstm = node.operator().equals("LSTM");
    int states = isLstm ? 2 : 1;
    boolean batchFirst = Attributes.integer(node, "layout", 0) != 0;
    String src = node.inputs().getFirst();
    long[] dims = to.dims(src);
    if (!serves(to, node, states, dims[batchFirst ? 1 : 0])) {
      return false;
    }
    var shape =
        new Recurrent.Shape(
            direction(node),
            Math.toIntExact(dims[batchFirst ? 1 : 0]),
            Math.toIntExact(dims[batchFirst ? 0 : 1]),
            Math.toIntExact(dims[2]),
            Math.toIntExact(to.dims(node.inputs().get(2))[2]));
    Order stepsFirst = batchFirst ? Order.of(1, 0, 2) : Order.rowMajor(3);
    int from = to.read(src, stepsFirst);
    int[] first = firstStates(to, node, states, stepsFirst, shape);
    Recurrent layer = layer(to, node, shape, isLstm, first.length > 0);
    int results = to.temporary(layer.dstElementCount() * Float.BYTES);
    to.step(node, layer, "java:recurrent", from, results, first);
    Order all = batchFirst ? Order.of(1, 2, 0, 3) : Order.rowMajor(4);
    long at = 0;
    for (int i = 0; i < node.outputs().size(); i++) {
      long size = shape.stateElementCount() * (i == 0 ? shape.steps() : 1);
      if (!node.outputs().get(i).isEmpty()) {
        result(to, node, node.outputs().get(i), results, at, i == 0 ? all : stepsFirst);
      }
      at += size;
    }
    return true;
  }

  private static void result(
      Lowering to, Node node, String output, int from, long at, Order order) {
    int result = to.write(output, order);
    long[] dims = to.dims(output);
    long[] steps = order.strides(dims);
    var copy = new OrderCopy(dims, steps, at, steps, 0, Float.BYTES);
    to.step(node, copy, "java:copy", from, result);
  }

  private static Recurrent layer(
      Lowering to, Node node, Recurrent.Shape shape, boolean isLstm, boolean hasFirstStates) {
    float[] weights = floats(to, node, 1);
    float[] ofState = floats(to, node, 2);
    float[] bias = floats(to, node, BIAS);
    return isLstm
        ? Recurrent.lstm(
            shape,
            weights,
            ofState,
            bias,
            floats(to, node, PEEPHOLES),
            hasFirstStates,
            to.threads())
        : Recurrent.gru(
            shape,
            weights,
            ofState,
            bias,
            Attributes.integer(node, "linear_before_reset", 0) != 0,
            hasFirstStates,
            to.threads());
  }

  private static float[] floats(Lowering to, Node node, int input) {
    return node.hasInput(input)
        ? Objects.requireNonNull(to.draft().floats(node.inputs().get(input)))
        : NONE;
  }

  private static boolean serves(Lowering to, Node node, int states, long steps) {
    for (int i = 0; i < node.inputs().size(); i++) {
      if (!node.hasInput(i)) {
        continue;
      }
      String input = node.inputs().get(i);
      boolean isConstant = to.draft().constant(input) != null;
      boolean isState = i >= FIRST_STATE && i < FIRST_STATE + states;
      boolean serves =
          i == LENGTHS
              ? isWhole(to, input, steps)
              : to.type(input).element() == ElementType.FLOAT
                  && to.type(input).elementCount() > 0
                  && (isConstant || i == 0 || isState);
      if (!serves) {
        return false;
      }
    }
    return !node.attributes().containsKey("clip")
        && Attributes.integer(node, "input_forget", 0) == 0
        && isUsual(node, states);
  }

  /** Whether all sequences of a batch are as long as the tensor. */
  private static boolean isWhole(Lowering to, String lengths, long steps) {
    Constant constant = to.draft().constant(lengths);
    return constant != null
        && Arrays.stream(Values.of(constant).integers()).allMatch(length -> length == steps);
  }

  private static boolean isUsual(Node node, int states) {
    if (!(node.attributes().get("activations") instanceof Attribute.Texts told)) {
      return true;
    }
    List<String> usual =
        states == 2 ? List.of("sigmoid", "tanh", "tanh") : List.of("sigmoid", "tanh");
    for (int i = 0; i < told.values().size(); i++) {
      String name = told.values().get(i).toLowerCase(Locale.ROOT);
      if (!name.equals(usual.get(i % usual.size()))) {
        return false;
      }
    }
    return true;
  }

  private static Recurrent.Direction direction(Node node) {
    return switch (Attributes.text(node, "direction", "forward")) {
      case "reverse" -> Recurrent.Direction.REVERSE;
      case "bidirectional" -> Recurrent.Direction.BIDIRECTIONAL;
      default -> Recurrent.Direction.FORWARD;
    };
  }

  /** All or none: zeros stand for one that is missing beside another. */
  private static int[] firstStates(
      Lowering to, Node node, int states, Order order, Recurrent.Shape shape) {
    boolean hasAny = false;
    for (int i = 0; i < states; i++) {
      hasAny |= node.hasInput(FIRST_STATE + i);
    }
    List<Integer> values = new ArrayList<>();
    for (int i = 0; hasAny && i < states; i++) {
      if (node.hasInput(FIRST_STATE + i)) {
        values.add(to.read(node.inputs().get(FIRST_STATE + i), order));
      } else {
        long count = shape.stateElementCount();
        values.add(to.place(to.draft().add(new float[Math.toIntExact(count)], count)).value());
      }
    }
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}

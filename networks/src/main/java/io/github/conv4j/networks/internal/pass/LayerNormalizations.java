package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalization over the innermost axis, also where a file spells it out: {@code d = x -
 * mean(x); d / sqrt(mean(d * d) + epsilon) * scale + bias}.
 */
final class LayerNormalizations implements Pass {
  @Override
  public String name() {
    return "layer-normalization";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (!draft.has(node)) {
        continue;
      }
      if (Attributes.is(node, "LayerNormalization")) {
        count += operator(draft, node);
      } else if (Attributes.is(node, "Div")) {
        count += speltOut(draft, node);
      }
    }
    return count;
  }

  private static int operator(Draft draft, Node node) {
    TensorType type = draft.type(node.inputs().getFirst());
    long axis = Attributes.integer(node, "axis", -1);
    boolean innermost = axis == -1 || axis == type.rank() - 1;
    boolean single =
        node.outputs().size() == 1 || node.outputs().stream().skip(1).noneMatch(draft::isRead);
    int size = (int) type.dim(type.rank() - 1);
    float[] scale = draft.floats(node.inputs().get(1));
    float[] bias = node.hasInput(2) ? draft.floats(node.inputs().get(2)) : new float[size];
    if (type.elementCount() == 0
        || !innermost
        || !single
        || type.element() != ElementType.FLOAT
        || scale == null
        || bias == null
        || scale.length != size
        || bias.length != size) {
      return 0;
    }
    put(
        draft,
        List.of(node),
        node.inputs().getFirst(),
        Attributes.real(node, "epsilon", 1e-5f),
        scale,
        bias,
        node.outputs().getFirst());
    return 1;
  }

  private static int speltOut(Draft draft, Node quotient) {
    Node difference = draft.writer(quotient.inputs().get(0));
    Node root = draft.writer(quotient.inputs().get(1));
    if (difference == null
        || root == null
        || !Attributes.is(difference, "Sub")
        || !Attributes.is(root, "Sqrt")) {
      return 0;
    }
    String x = difference.inputs().get(0);
    String d = difference.outputs().getFirst();
    Node mean = draft.writer(difference.inputs().get(1));
    Node sum = draft.writer(root.inputs().getFirst());
    if (mean == null
        || !isInnermostMean(draft, mean)
        || !mean.inputs().getFirst().equals(x)
        || sum == null
        || !Attributes.is(sum, "Add")) {
      return 0;
    }
    Float epsilon = draft.scalar(sum.inputs().get(1));
    Node variance = draft.writer(sum.inputs().get(0));
    Node square = variance == null ? null : draft.writer(variance.inputs().getFirst());
    if (epsilon == null
        || variance == null
        || !isInnermostMean(draft, variance)
        || square == null
        || !isSquare(draft, square, d)
        || !isOnlyRead(draft, List.of(mean, variance, square, sum, root))
        || draft.readers(d).size() != 2
        || draft.isOutput(d)) {
      return 0;
    }
    List<Node> old =
        new ArrayList<>(List.of(mean, difference, square, variance, sum, root, quotient));
    TensorType type = draft.type(x);
    if (type.elementCount() == 0 || type.element() != ElementType.FLOAT) {
      return 0;
    }
    int size = (int) type.dim(type.rank() - 1);
    float[] scale = new float[size];
    Arrays.fill(scale, 1);
    float[] bias = new float[size];
    String output = quotient.outputs().getFirst();
    Node product = draft.onlyReader(output);
    float[] factor = product == null ? null : constant(draft, product, "Mul", output, size);
    if (product != null && factor != null) {
      scale = factor;
      old.add(product);
      output = product.outputs().getFirst();
      Node last = draft.onlyReader(output);
      float[] shift = last == null ? null : constant(draft, last, "Add", output, size);
      if (last != null && shift != null) {
        bias = shift;
        old.add(last);
        output = last.outputs().getFirst();
      }
    }
    put(draft, old, x, epsilon, scale, bias, output);
    return 1;
  }

  private static void put(
      Draft draft,
      List<Node> old,
      String x,
      float epsilon,
      float[] scale,
      float[] bias,
      String output) {
    List<String> inputs = List.of(x, draft.add(scale, scale.length), draft.add(bias, bias.length));
    draft.replace(
        old,
        Fused.node(
            old.getLast().name(),
            Fused.LAYER_NORMALIZATION,
            inputs,
            output,
            Map.of("epsilon", new Attribute.Real(epsilon))));
  }

  private static boolean isOnlyRead(Draft draft, List<Node> nodes) {
    return nodes.stream().allMatch(node -> draft.onlyReader(node.outputs().getFirst()) != null);
  }

  private static boolean isSquare(Draft draft, Node node, String d) {
    if (!node.inputs().getFirst().equals(d)) {
      return false;
    }
    if (Attributes.is(node, "Pow")) {
      Float exponent = draft.scalar(node.inputs().get(1));
      return exponent != null && exponent == 2;
    }
    return Attributes.is(node, "Mul") && node.inputs().get(1).equals(d);
  }

  private static boolean isInnermostMean(Draft draft, Node node) {
    if (!Attributes.is(node, "ReduceMean") || Attributes.integer(node, "keepdims", 1) != 1) {
      return false;
    }
    long[] axes = Attributes.integers(node, "axes");
    if (axes == null && node.hasInput(1)) {
      Constant given = draft.constant(node.inputs().get(1));
      axes = given == null ? null : Values.of(given).integers();
    }
    int rank = draft.type(node.inputs().getFirst()).rank();
    return axes != null && axes.length == 1 && (axes[0] == -1 || axes[0] == rank - 1);
  }

  /** Returns one number for each element of the innermost axis, or null. */
  private static float @Nullable [] constant(
      Draft draft, Node node, String operator, String value, int size) {
    if (!Attributes.is(node, operator)) {
      return null;
    }
    String other = node.inputs().get(node.inputs().get(0).equals(value) ? 1 : 0);
    float[] values = draft.floats(other);
    if (values == null) {
      return null;
    }
    long[] dims = Objects.requireNonNull(draft.constant(other)).dims();
    boolean fits = values.length == size && (dims.length == 0 || dims[dims.length - 1] == size);
    return fits ? values : null;
  }
}

package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the layers of a graph, and says of those with weights that stay as they are why. */
final class LayerFinder {
  private static final Set<String> WITH_WEIGHTS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

  private static final Set<String> OWN_SCALE =
      Set.of("Add", "Mul", "AveragePool", "GlobalAveragePool");

  private static final Set<String> SAME_SCALE =
      Set.of(
          "Concat",
          "MaxPool",
          "GlobalMaxPool",
          "Resize",
          "Reshape",
          "Transpose",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Slice",
          "Split",
          "Pad",
          "Identity",
          "DepthToSpace",
          "SpaceToDepth");

  /** Functions of single elements, where all that they read but one value is constant. */
  private static final Set<String> POINTWISE =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Min",
          "Max",
          "Relu",
          "Clip",
          "LeakyRelu",
          "PRelu",
          "ThresholdedRelu",
          "Elu",
          "Celu",
          "Selu",
          "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Tanh",
          "Softplus",
          "Softsign",
          "Gelu",
          "Mish",
          "Erf",
          "Exp",
          "Abs",
          "Neg",
          "Sqrt",
          "BatchNormalization");

  private static final int MOST_NODES = 16;

  private final Graph graph;
  private final Map<String, TensorType> types;
  private final Map<String, List<Integer>> readers = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<Node> claimed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Layer> layers = new ArrayList<>();
  private final Map<Node, String> left = new LinkedHashMap<>();

  /**
   * Finds.
   *
   * @param types of values, for inputs of one shape
   */
  LayerFinder(Graph graph, Map<String, TensorType> types) {
    this.graph = graph;
    this.types = types;
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String input : graph.nodes().get(i).inputs()) {
        readers.computeIfAbsent(input, _ -> new ArrayList<>()).add(i);
      }
    }
    for (ValueInfo output : graph.outputs()) {
      outputs.add(output.name());
    }
    graph.nodes().stream().filter(node -> !claimed.contains(node)).forEach(this::visit);
  }

  /** Returns the layers, in order. */
  List<Layer> layers() {
    return layers;
  }

  /** Returns nodes that would have weights, and why they are no layers. */
  Map<Node, String> left() {
    return left;
  }

  private void visit(Node node) {
    if (claimed.contains(node) || !node.domain().isEmpty()) {
      return;
    }
    String operator = node.operator();
    if (WITH_WEIGHTS.contains(operator)) {
      String why = whyNot(node);
      if (why == null) {
        add(Layer.Kind.WEIGHTS, node, List.of(node.inputs().getFirst()));
      } else {
        left.put(node, why);
      }
      return;
    }
    // Shapes that a node is given besides are no part of what integers stand for.
    List<String> read = variables(node).stream().filter(this::isFloat).toList();
    if (read.isEmpty() || !named(node.outputs()).stream().allMatch(this::isFloat)) {
      return;
    }
    if (OWN_SCALE.contains(operator) && read.size() == arity(operator)) {
      add(Layer.Kind.OWN_SCALE, node, read);
    } else if (isPointwise(node) && read.size() == 1) {
      addPointwise(node, read.getFirst());
    } else if (SAME_SCALE.contains(operator) && keepsScale(node, read)) {
      claimed.add(node);
      layers.add(new Layer(Layer.Kind.SAME_SCALE, List.of(node), read, named(node.outputs())));
    }
  }

  private static int arity(String operator) {
    return operator.endsWith("Pool") ? 1 : 2;
  }

  private @Nullable String whyNot(Node node) {
    if (!isFloat(node.inputs().getFirst()) || !isFloat(node.outputs().getFirst())) {
      return "not of 32-bit floats";
    }
    Constant weights = graph.constants().get(node.inputs().get(1));
    if (weights == null) {
      return "its weights are not constant";
    }
    if (weights.type() != ElementType.FLOAT) {
      return "its weights are " + weights.type();
    }
    if (graph.constants().containsKey(node.inputs().getFirst())) {
      return "all that it reads is constant";
    }
    boolean isProduct = node.operator().equals("MatMul") || node.operator().equals("Gemm");
    if (isProduct && weights.dims().length != 2) {
      return "its weights have %d axes".formatted(weights.dims().length);
    }
    if (Attributes.integer(node, "transA", 0) != 0) {
      return "what it reads is transposed";
    }
    if (node.hasInput(2)) {
      Constant bias = graph.constants().get(node.inputs().get(2));
      if (bias == null) {
        return "its bias is not constant";
      }
      if (bias.dims().length > 1 && bias.dims()[0] != 1) {
        return "its bias is not one number a channel";
      }
    }
    return isFinite(weights) ? null : "its weights are not finite";
  }

  private static boolean isFinite(Constant constant) {
    for (long i = 0; i < constant.elementCount(); i++) {
      if (!Float.isFinite(constant.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i))) {
        return false;
      }
    }
    return true;
  }

  private boolean keepsScale(Node node, List<String> read) {
    if (node.operator().equals("Concat")) {
      return read.size() == node.inputs().size();
    }
    if (!read.equals(List.of(node.inputs().getFirst()))) {
      return false;
    }
    return switch (node.operator()) {
      case "Resize" -> !Attributes.text(node, "mode", "nearest").equals("cubic");
      case "Pad" -> !node.hasInput(2) || isZero(node.inputs().get(2));
      case "MaxPool" -> named(node.outputs()).size() == 1;
      default -> true;
    };
  }

  private boolean isZero(String value) {
    Constant constant = graph.constants().get(value);
    return constant != null
        && constant.type() == ElementType.FLOAT
        && constant.elementCount() == 1
        && constant.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0) == 0;
  }

  private void add(Layer.Kind kind, Node head, List<String> read) {
    List<Node> nodes = new ArrayList<>();
    nodes.add(head);
    nodes.addAll(tail(head.outputs().getFirst(), true));
    List<String> inputs = new ArrayList<>(read);
    if (kind == Layer.Kind.OWN_SCALE) {
      addSums(nodes, inputs);
    }
    claimed.addAll(nodes);
    layers.add(new Layer(kind, nodes, inputs, List.of(nodes.getLast().outputs().getFirst())));
  }

  /**
   * Goes on with sums of, and products with, one more tensor, as long as nobody else reads what
   * lies between: a chain of them is computed in floats, element by element.
   */
  private void addSums(List<Node> nodes, List<String> inputs) {
    while (nodes.size() < MOST_NODES) {
      String dst = nodes.getLast().outputs().getFirst();
      Node next = onlyReader(dst);
      if (next == null
          || claimed.contains(next)
          || !isBinary(next)
          || !isSameType(dst, next)
          || next.inputs().get(0).equals(next.inputs().get(1))) {
        return;
      }
      nodes.add(next);
      inputs.add(next.inputs().get(next.inputs().get(0).equals(dst) ? 1 : 0));
      nodes.addAll(tail(next.outputs().getFirst(), true));
    }
  }

  /** A function of two tensors that are no constants. */
  private boolean isBinary(Node node) {
    return node.domain().isEmpty()
        && (node.operator().equals("Add") || node.operator().equals("Mul"))
        && variables(node).size() == 2
        && variables(node).stream().allMatch(this::isFloat);
  }

  private @Nullable Node onlyReader(String value) {
    List<Integer> all = readers.getOrDefault(value, List.of());
    return all.size() == 1 && !outputs.contains(value) ? graph.nodes().get(all.getFirst()) : null;
  }

  private void addPointwise(Node node, String src) {
    List<Node> nodes = tail(src, false);
    if (!nodes.isEmpty() && nodes.contains(node)) {
      claimed.addAll(nodes);
      layers.add(
          new Layer(
              Layer.Kind.OWN_SCALE,
              nodes,
              List.of(src),
              List.of(nodes.getLast().outputs().getFirst())));
    }
  }

  /**
   * Returns functions of single elements that follow from one value and end in another one, which
   * alone others read: one activation, or several nodes that are one together.
   *
   * @param isInternal whether others must not read the first value either
   */
  private List<Node> tail(String start, boolean isInternal) {
    List<Node> nodes = new ArrayList<>();
    Set<Integer> indices = new HashSet<>();
    List<String> values = new ArrayList<>(List.of(start));
    var candidates = new TreeSet<Integer>(readers.getOrDefault(start, List.of()));
    int length = 0;
    while (!candidates.isEmpty() && nodes.size() < MOST_NODES) {
      int index = Collections.min(candidates);
      candidates.remove(index);
      Node node = graph.nodes().get(index);
      if (claimed.contains(node)
          || !isPointwise(node)
          || !values.containsAll(variables(node))
          || !isSameType(start, node)) {
        continue;
      }
      String dst = node.outputs().getFirst();
      nodes.add(node);
      indices.add(index);
      if (values.subList(isInternal ? 0 : 1, values.size()).stream()
          .allMatch(value -> isReadOnlyBy(value, indices))) {
        length = nodes.size();
      }
      values.add(dst);
      candidates.addAll(readers.getOrDefault(dst, List.of()));
    }
    return nodes.subList(0, length);
  }

  private boolean isReadOnlyBy(String value, Set<Integer> indices) {
    return !outputs.contains(value) && indices.containsAll(readers.getOrDefault(value, List.of()));
  }

  private boolean isPointwise(Node node) {
    return node.domain().isEmpty()
        && POINTWISE.contains(node.operator())
        && named(node.outputs()).size() == 1
        && !variables(node).isEmpty();
  }

  private boolean isSameType(String value, Node node) {
    TensorType type = types.get(value);
    TensorType other = types.get(node.outputs().getFirst());
    return type != null && other != null && type.equals(other);
  }

  /** Returns the inputs that are no constants, each once unless it is read twice. */
  private List<String> variables(Node node) {
    return node.inputs().stream()
        .filter(input -> !input.isEmpty() && !graph.constants().containsKey(input))
        .toList();
  }

  private boolean isFloat(String value) {
    TensorType type = types.get(value);
    return type != null && type.element() == ElementType.FLOAT;
  }

  private static List<String> named(List<String> values) {
    return values.stream().filter(value -> !value.isEmpty()).toList();
  }
}

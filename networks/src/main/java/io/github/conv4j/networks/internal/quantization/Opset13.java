package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says a graph of opset 11 or 12 in the operators of 13, which are the first that have a scale for
 * each channel.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/Changelog.md">what changed when</a>
 */
final class Opset13 {
  private static final int LEAST = 11;
  private static final int WANTED = 13;

  private final Map<String, TensorType> types;
  private final Names names;
  private final Map<String, Constant> constants;
  private final List<Node> nodes = new ArrayList<>();

  private Opset13(Graph graph, Map<String, TensorType> types) {
    this.types = types;
    this.names = new Names(graph);
    this.constants = new LinkedHashMap<>(graph.constants());
  }

  /**
   * Returns the graph in opset 13, or as it is if it is of that or a newer one.
   *
   * @param types of values, as far as they are known
   * @throws UnsupportedOperatorException if it is too old
   */
  static Graph of(Graph graph, Map<String, TensorType> types) {
    if (graph.opset() >= WANTED) {
      return graph;
    }
    if (graph.opset() < LEAST) {
      throw new UnsupportedOperatorException(
          "opset " + graph.opset(),
          "the model uses version %d of ONNX's operators, but only those from %d on are quantized: convert it, for example with onnx.version_converter"
              .formatted(graph.opset(), LEAST));
    }
    var upgrade = new Opset13(graph, types);
    graph.nodes().forEach(upgrade::add);
    return new Graph(
        graph.name(), WANTED, graph.inputs(), graph.outputs(), upgrade.constants, upgrade.nodes);
  }

  private void add(Node node) {
    if (!node.domain().isEmpty()) {
      nodes.add(node);
      return;
    }
    switch (node.operator()) {
      case "Squeeze", "Unsqueeze", "ReduceSum" -> nodes.add(withInput(node, "axes"));
      case "Split" -> nodes.add(withInput(node, "split"));
      case "Softmax", "LogSoftmax", "Hardmax" -> addSoftmax(node);
      default -> nodes.add(node);
    }
  }

  /** What was an attribute is the last input. */
  private Node withInput(Node node, String attribute) {
    long[] values = Attributes.integers(node, attribute);
    if (values == null) {
      return node;
    }
    String constant = names.of(node.outputs().getFirst(), attribute);
    constants.put(constant, Constant.of(values, values.length));
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.add(constant);
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.remove(attribute);
    return new Node(
        node.name(), node.domain(), node.operator(), inputs, node.outputs(), attributes);
  }

  /** It was about all axes from one on, and is about one axis. */
  private void addSoftmax(Node node) {
    String src = node.inputs().getFirst();
    TensorType type = types.get(src);
    if (type == null) {
      throw new UnsupportedOperatorException(
          node.operator(),
          "the rank of what %s reads is not known, which opset 13 asks for".formatted(node));
    }
    long axis = Attributes.integer(node, "axis", 1);
    if (axis == -1 || axis == type.rank() - 1) {
      nodes.add(softmax(node, src, node.outputs().getFirst()));
      return;
    }
    String dst = node.outputs().getFirst();
    String flat = names.of(dst, "flat");
    String result = names.of(dst, "flat_result");
    String shape = names.of(dst, "shape");
    nodes.add(simple("Flatten", List.of(src), flat, Map.of("axis", Attribute.of(axis))));
    nodes.add(softmax(node, flat, result));
    nodes.add(simple("Shape", List.of(src), shape, Map.of()));
    nodes.add(simple("Reshape", List.of(result, shape), dst, Map.of()));
  }

  private static Node softmax(Node node, String src, String dst) {
    return new Node(
        node.name(),
        "",
        node.operator(),
        List.of(src),
        List.of(dst),
        Map.of("axis", Attribute.of(-1)));
  }

  private static Node simple(
      String operator, List<String> inputs, String output, Map<String, Attribute> attributes) {
    return new Node(output, "", operator, inputs, List.of(output), attributes);
  }
}

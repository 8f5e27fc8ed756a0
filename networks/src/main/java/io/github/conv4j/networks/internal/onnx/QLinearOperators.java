package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime's operators on integers beside those of ONNX, said in ONNX's: what is dequantized
 * goes through the operator of floats and is quantized again, which is what they are defined to be.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">ONNX
 *     Runtime, contributed operators</a>
 */
final class QLinearOperators {
  private static final String DOMAIN = "com.microsoft";
  private static final String PREFIX = "QLinear";

  /** The first of ONNX's opsets with QuantizeLinear. */
  private static final int LEAST_OPSET = 10;

  /** Two values, each with its scale and zero point; then those of the result. */
  private static final Set<String> OF_TWO = Set.of("QLinearAdd", "QLinearMul");

  /** A value with its scale and zero point; then those of the result. */
  private static final Set<String> OF_ONE =
      Set.of(
          "QLinearGlobalAveragePool", "QLinearAveragePool", "QLinearSigmoid", "QLinearLeakyRelu");

  private static final String CONCAT = "QLinearConcat";
  private static final String CHANNELS_LAST = "channels_last";
  private static final int OF_EACH = 3;

  private final Graph graph;
  private final Set<String> taken = new HashSet<>();
  private final List<Node> nodes = new ArrayList<>();

  private QLinearOperators(Graph graph) {
    this.graph = graph;
    graph.inputs().forEach(input -> taken.add(input.name()));
    taken.addAll(graph.constants().keySet());
    graph.nodes().forEach(node -> taken.addAll(node.outputs()));
  }

  /** Returns the graph with other nodes in place of those that are known; others stay. */
  static Graph expanded(Graph graph) {
    if (graph.opset() < LEAST_OPSET
        || graph.nodes().stream().noneMatch(QLinearOperators::isKnown)) {
      return graph;
    }
    return new QLinearOperators(graph).expanded();
  }

  private Graph expanded() {
    for (Node node : graph.nodes()) {
      if (isKnown(node)) {
        expand(node);
      } else {
        nodes.add(node);
      }
    }
    return new Graph(
        graph.name(), graph.opset(), graph.inputs(), graph.outputs(), graph.constants(), nodes);
  }

  /** Whether a node has all that it needs, and its channels where ONNX has them. */
  private static boolean isKnown(Node node) {
    if (!node.domain().equals(DOMAIN)
        || node.outputs().size() != 1
        || (node.attributes().get(CHANNELS_LAST) instanceof Attribute.Int(long last)
            && last != 0)) {
      return false;
    }
    int count = node.inputs().size();
    if (node.operator().equals(CONCAT)) {
      return count >= 2 + OF_EACH
          && (count - 2) % OF_EACH == 0
          && node.inputs().stream().noneMatch(String::isEmpty);
    }
    int values = OF_TWO.contains(node.operator()) ? 2 : OF_ONE.contains(node.operator()) ? 1 : 0;
    int result = values * OF_EACH;
    return values > 0
        && count == result + 2
        && node.hasInput(result)
        && node.hasInput(result + 1)
        && node.hasInput(0)
        && node.hasInput(1);
  }

  private void expand(Node node) {
    List<String> all = node.inputs();
    boolean joins = node.operator().equals(CONCAT);
    List<String> of = joins ? all.subList(0, 2) : all.subList(all.size() - 2, all.size());
    List<String> values = joins ? all.subList(2, all.size()) : all.subList(0, all.size() - 2);
    List<String> floats = new ArrayList<>();
    for (int i = 0; i < values.size(); i += OF_EACH) {
      List<String> inputs = new ArrayList<>(values.subList(i, i + OF_EACH));
      if (inputs.getLast().isEmpty()) {
        inputs.removeLast();
      }
      floats.add(add(node, "DequantizeLinear", inputs, Map.of()));
    }
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.remove(CHANNELS_LAST);
    String operator = node.operator().substring(PREFIX.length());
    String result = add(node, operator, floats, attributes);
    nodes.add(
        new Node(
            named(node, "QuantizeLinear"),
            "",
            "QuantizeLinear",
            List.of(result, of.getFirst(), of.getLast()),
            node.outputs(),
            Map.of()));
  }

  private String add(
      Node node, String operator, List<String> inputs, Map<String, Attribute> attributes) {
    String base = node.outputs().getFirst() + "_" + operator;
    String output = base;
    for (int i = 2; !taken.add(output); i++) {
      output = base + "_" + i;
    }
    nodes.add(new Node(named(node, output), "", operator, inputs, List.of(output), attributes));
    return output;
  }

  private static String named(Node node, String what) {
    return node.name().isEmpty() ? "" : node.name() + "/" + what;
  }
}

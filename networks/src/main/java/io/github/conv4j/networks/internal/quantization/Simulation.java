package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Says with floats what a graph of pairs says of integers: constants are what their integers stand
 * for, and a pair divides, rounds, cuts off and multiplies. Any engine runs that fast.
 */
final class Simulation {
  private final Graph graph;
  private final Names names;
  private final Map<String, Constant> constants;
  private final List<Node> nodes = new ArrayList<>();

  private Simulation(Graph graph) {
    this.graph = graph;
    this.names = new Names(graph);
    this.constants = new LinkedHashMap<>(graph.constants());
  }

  /** Returns the graph without QuantizeLinear and DequantizeLinear. */
  static Graph of(Graph graph) {
    var simulation = new Simulation(graph);
    graph.nodes().forEach(simulation::add);
    return new Graph(
        graph.name(),
        graph.opset(),
        graph.inputs(),
        graph.outputs(),
        simulation.constants,
        simulation.nodes);
  }

  private void add(Node node) {
    if (Attributes.is(node, "QuantizeLinear")) {
      addQuantize(node);
    } else if (Attributes.is(node, "DequantizeLinear")) {
      addDequantize(node);
    } else {
      nodes.add(node);
    }
  }

  /** The result is less its zero point. */
  private void addQuantize(Node node) {
    String dst = node.outputs().getFirst();
    long zero = integers(node.inputs().get(2))[0];
    String divided = step("Div", dst, node.inputs().getFirst(), node.inputs().get(1));
    String rounded = step("Round", dst, divided);
    String low = scalar(dst, "low", (float) -zero);
    String high = scalar(dst, "high", (float) (255 - zero));
    nodes.add(new Node(dst, "", "Clip", List.of(rounded, low, high), List.of(dst), Map.of()));
  }

  private void addDequantize(Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    Constant constant = constants.get(src);
    if (constant == null) {
      List<String> inputs = List.of(src, node.inputs().get(1));
      nodes.add(new Node(dst, "", "Mul", inputs, List.of(dst), Map.of()));
      return;
    }
    long[] dims = constant.dims();
    double[] scales = Values.of(constant(node.inputs().get(1))).reals();
    int axis = (int) Attributes.integer(node, "axis", 1);
    int inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= (int) dims[i];
    }
    long[] integers = integers(src);
    float[] values = new float[integers.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (integers[i] * scales[i / inner % scales.length]);
    }
    constants.put(dst, Constant.of(values, dims));
  }

  private String step(String operator, String dst, String... inputs) {
    String output = names.of(dst, operator);
    nodes.add(
        new Node(
            output,
            "",
            operator,
            Arrays.asList(inputs),
            List.of(output),
            Map.<String, Attribute>of()));
    return output;
  }

  private String scalar(String value, String what, float number) {
    String name = names.of(value, what);
    constants.put(name, Constant.of(new float[] {number}));
    return name;
  }

  private Constant constant(String name) {
    return Objects.requireNonNull(graph.constants().get(name), name);
  }

  private long[] integers(String name) {
    return Values.of(constant(name)).integers();
  }
}

package io.github.conv4j.networks.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Describes a network in code, from inputs to outputs. Values are known by their names, which each
 * method returns, so that a graph reads like the computation:
 *
 * {@snippet lang=java :
 * var builder = new GraphBuilder(17);
 * String x = builder.input("x", ElementType.FLOAT, new Dim.Symbol("n"), new Dim.Fixed(3));
 * String w = builder.constant(weights);
 * String y = builder.node("Gemm", List.of(x, w), Map.of("transB", Attribute.of(1)));
 * builder.output(builder.node("Relu", List.of(y)));
 * Graph graph = builder.build();
 * }
 *
 * <p><b>Memory.</b> Keeps what it is given; constants are not copied. <b>Threads.</b> For one
 * thread at a time. <b>Errors.</b> {@link IllegalArgumentException} where a name is given twice or
 * is not known yet, at the call that does so.
 */
public final class GraphBuilder {
  private final int opset;
  private String name = "";
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<ValueInfo> outputs = new ArrayList<>();
  private final Map<String, Constant> constants = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> values = new HashSet<>();

  /**
   * Begins a graph without nodes.
   *
   * @param opset the version of ONNX's operators that nodes are meant in
   */
  public GraphBuilder(int opset) {
    if (opset < 1) {
      throw new IllegalArgumentException("opset must be at least 1 but is " + opset);
    }
    this.opset = opset;
  }

  /** Names the graph, for messages. */
  public GraphBuilder name(String name) {
    this.name = name;
    return this;
  }

  /**
   * Adds what each run is given.
   *
   * @return the name
   */
  public String input(String name, ElementType type, Dim... dims) {
    inputs.add(new ValueInfo(claim(name), type, List.of(dims)));
    return name;
  }

  /**
   * Adds a constant under a name of its own.
   *
   * @return the name
   */
  public String constant(Constant constant) {
    return constant(unused("constant"), constant);
  }

  /**
   * Adds a constant.
   *
   * @return the name
   */
  public String constant(String name, Constant constant) {
    constants.put(claim(name), constant);
    return name;
  }

  /**
   * Adds a node of one output without attributes.
   *
   * @return the output's name
   */
  public String node(String operator, List<String> inputs) {
    return node(operator, inputs, Map.of());
  }

  /**
   * Adds a node of one output.
   *
   * @param inputs names of values; an empty one stands for an optional input that is absent
   * @return the output's name
   */
  public String node(String operator, List<String> inputs, Map<String, Attribute> attributes) {
    return node(operator, inputs, attributes, 1).getFirst();
  }

  /**
   * Adds a node.
   *
   * @param inputs names of values; an empty one stands for an optional input that is absent
   * @return the outputs' names
   */
  public List<String> node(
      String operator, List<String> inputs, Map<String, Attribute> attributes, int outputCount) {
    if (outputCount < 1) {
      throw new IllegalArgumentException("outputCount must be at least 1 but is " + outputCount);
    }
    for (String input : inputs) {
      if (!input.isEmpty() && !values.contains(input)) {
        throw new IllegalArgumentException(
            "%s reads \"%s\", which is not there yet".formatted(operator, input));
      }
    }
    String base = operator.toLowerCase(Locale.ROOT);
    List<String> outputs =
        IntStream.range(0, outputCount).mapToObj(i -> claim(unused(base))).toList();
    nodes.add(new Node(outputs.getFirst(), "", operator, inputs, outputs, attributes));
    return outputs;
  }

  /**
   * Makes a value an output of the graph.
   *
   * @return this
   */
  public GraphBuilder output(String value) {
    if (!values.contains(value)) {
      throw new IllegalArgumentException("output \"%s\" is not there yet".formatted(value));
    }
    if (outputs.stream().anyMatch(output -> output.name().equals(value))) {
      throw new IllegalArgumentException("\"%s\" is an output already".formatted(value));
    }
    outputs.add(new ValueInfo(value, null, null));
    return this;
  }

  /**
   * Returns the graph as it is now.
   *
   * @throws IllegalArgumentException if it has no output
   */
  public Graph build() {
    return new Graph(name, opset, inputs, outputs, constants, nodes);
  }

  private String claim(String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a value needs a name");
    }
    if (!values.add(value)) {
      throw new IllegalArgumentException("two values are named \"%s\"".formatted(value));
    }
    return value;
  }

  private String unused(String base) {
    int number = values.size();
    while (values.contains(base + "_" + number)) {
      number++;
    }
    return base + "_" + number;
  }
}

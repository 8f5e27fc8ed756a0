package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the type of every value of a graph, and the values that follow from constants and shapes.
 *
 * <p><b>Memory.</b> At most as many folded elements as the limits say. <b>Threads.</b> One.
 * <b>Errors.</b> See {@link #infer}.
 */
public final class Inferrer {
  private static final long MOST_HEAVY_WORK = 1L << 28;

  private final Graph graph;
  private final ElementLimits limits;
  private final Map<String, TensorType> types = new HashMap<>();
  private final Map<String, Values> known = new HashMap<>();
  private final Map<String, String> unknown = new HashMap<>();
  private long foldedElements;

  private Inferrer(Graph graph, ElementLimits limits) {
    this.graph = graph;
    this.limits = limits;
  }

  /**
   * Infers types and values.
   *
   * @param inputs the type of each input
   * @throws InvalidModelException if a node is malformed, or its inputs do not fit each other
   * @throws io.github.conv4j.networks.UnsupportedOperatorException if a node is not supported
   * @throws IllegalArgumentException if the types are not those of the graph's inputs
   */
  public static Inference infer(Graph graph, Map<String, TensorType> inputs, ElementLimits limits) {
    Inferrer inferrer = new Inferrer(graph, limits);
    inferrer.takeInputs(inputs);
    inferrer.takeConstants();
    for (Node node : graph.nodes()) {
      inferrer.visit(node);
    }
    return new Inference(inferrer.types, inferrer.known, inferrer.unknown);
  }

  private void takeInputs(Map<String, TensorType> inputs) {
    for (ValueInfo input : graph.inputs()) {
      TensorType type = inputs.get(input.name());
      if (type == null) {
        throw new IllegalArgumentException(
            "input \"%s\" has no type; told are %s".formatted(input.name(), inputs.keySet()));
      }
      requireInput(input, type);
      types.put(input.name(), type);
    }
  }

  /** Checks that a tensor is what a graph says of its input. */
  static void requireInput(ValueInfo input, TensorType type) {
    ElementType element = input.type();
    boolean rankFits = input.dims() == null || input.dims().size() == type.rank();
    if ((element != null && element != type.element()) || !rankFits) {
      throw new IllegalArgumentException("input %s cannot be %s".formatted(input, type));
    }
  }

  private void takeConstants() {
    graph
        .constants()
        .forEach(
            (name, constant) -> {
              TensorType type = new TensorType(constant.type(), constant.dims());
              requireWithin(name, type, limits);
              types.put(name, type);
            });
  }

  static void requireWithin(String name, TensorType type, ElementLimits limits) {
    if (type.extent() > limits.elements()) {
      throw new InvalidModelException(
          "\"%s\" is %s, more than the limit of %d elements"
              .formatted(name, type, limits.elements()));
    }
  }

  private void visit(Node node) {
    OperatorVersion version = Definitions.find(node, graph.opset());
    NodeCall call =
        new NodeCall(node, graph.opset(), inputTypes(node), input -> value(node, input), limits);
    List<TensorType> outputs;
    try {
      outputs = version.infer(call);
    } catch (UnknownValueException e) {
      for (String name : node.outputs()) {
        unknown.put(name, reason(node, e));
      }
      return;
    }
    for (int i = 0; i < node.outputs().size() && i < outputs.size(); i++) {
      types.put(node.outputs().get(i), outputs.get(i));
    }
    fold(node, version, call, outputs);
  }

  /** Returns the first reason where inputs are unknown too. */
  private String reason(Node node, UnknownValueException e) {
    for (String input : node.inputs()) {
      String cause = unknown.get(input);
      if (cause != null) {
        return cause;
      }
    }
    return String.valueOf(e.getMessage());
  }

  private List<@Nullable TensorType> inputTypes(Node node) {
    List<@Nullable TensorType> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      inputs.add(types.get(name));
    }
    return inputs;
  }

  /** Reads a constant only when it is asked for: most are weights, which no shape follows from. */
  private @Nullable Values value(Node node, int input) {
    String name = node.inputs().get(input);
    Values value = known.get(name);
    if (value != null) {
      return value;
    }
    Constant constant = graph.constants().get(name);
    if (constant == null || foldedElements + constant.elementCount() > limits.foldedElements()) {
      return null;
    }
    Values read = Values.of(constant);
    keep(name, read);
    return read;
  }

  private void keep(String name, Values values) {
    foldedElements += values.size();
    known.put(name, values);
  }

  private void fold(Node node, OperatorVersion version, NodeCall call, List<TensorType> outputs) {
    long elements = 0;
    for (TensorType type : outputs) {
      elements += type.elementCount();
    }
    if (foldedElements + elements > limits.foldedElements()
        || (version.isHeavy() && work(node, elements) > MOST_HEAVY_WORK)) {
      return;
    }
    List<Values> values;
    try {
      values = version.compute(call, outputs);
    } catch (UnknownValueException e) {
      return;
    }
    for (int i = 0; i < node.outputs().size() && i < values.size(); i++) {
      keep(node.outputs().get(i), values.get(i));
    }
  }

  private long work(Node node, long outputElements) {
    long inputs = 0;
    for (String name : node.inputs()) {
      TensorType type = types.get(name);
      inputs += type == null ? 0 : type.elementCount();
    }
    return Math.multiplyHigh(inputs, outputElements) != 0
        ? Long.MAX_VALUE
        : Math.abs(inputs * outputElements);
  }
}

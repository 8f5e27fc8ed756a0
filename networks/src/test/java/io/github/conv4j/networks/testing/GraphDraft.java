package io.github.conv4j.networks.testing;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.Definitions;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.NodeCall;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A graph in the making, whose shapes are known: a node that cannot be is not added. */
final class GraphDraft {
  private static final int MOST_ELEMENTS = 4000;

  private final int opset;
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Constant> constants = new LinkedHashMap<>();
  private final Map<String, Values> shapes = new LinkedHashMap<>();
  private final Map<String, TensorType> types = new LinkedHashMap<>();

  GraphDraft(int opset) {
    this.opset = opset;
  }

  int opset() {
    return opset;
  }

  TensorType type(String value) {
    TensorType type = types.get(value);
    if (type == null) {
      throw new AssertionError(value);
    }
    return type;
  }

  long[] dims(String value) {
    return type(value).dims();
  }

  int nodeCount() {
    return nodes.size();
  }

  String input(long... dims) {
    String name = "x" + inputs.size();
    List<Dim> all = Arrays.stream(dims).mapToObj(dim -> (Dim) new Dim.Fixed(dim)).toList();
    inputs.add(new ValueInfo(name, ElementType.FLOAT, all));
    types.put(name, new TensorType(ElementType.FLOAT, dims));
    return name;
  }

  String constant(Constant constant) {
    String name = "c" + constants.size();
    constants.put(name, constant);
    types.put(name, new TensorType(constant.type(), constant.dims()));
    return name;
  }

  String integers(long... values) {
    return constant(Constant.of(values, values.length));
  }

  String scalar(float value) {
    return constant(Constant.of(new float[] {value}));
  }

  /** Returns the results, or nothing where the node cannot be, or makes too much or too little. */
  List<String> node(
      String operator, List<String> read, Map<String, Attribute> attributes, int outputCount) {
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < outputCount; i++) {
      outputs.add("v%d_%d".formatted(nodes.size(), i));
    }
    var node = new Node("", "", operator, read, outputs, attributes);
    List<@Nullable TensorType> inputTypes = new ArrayList<>();
    for (String name : read) {
      inputTypes.add(name.isEmpty() ? null : type(name));
    }
    List<TensorType> results;
    try {
      results =
          Definitions.find(node, opset)
              .infer(
                  new NodeCall(
                      node, opset, inputTypes, i -> value(read.get(i)), ElementLimits.DEFAULT));
    } catch (InvalidModelException | UnsupportedOperatorException e) {
      return List.of();
    }
    for (TensorType result : results) {
      if (result.elementCount() < 1 || result.elementCount() > MOST_ELEMENTS || result.rank() > 6) {
        return List.of();
      }
    }
    nodes.add(node);
    if (operator.equals("Shape")) {
      shapes.put(outputs.getFirst(), Values.list(dims(read.getFirst())));
    }
    for (int i = 0; i < outputCount; i++) {
      types.put(outputs.get(i), results.get(i));
    }
    return outputs;
  }

  private @Nullable Values value(String name) {
    Constant constant = constants.get(name);
    return constant == null ? shapes.get(name) : Values.of(constant);
  }

  Graph build(List<String> outputs) {
    return new Graph(
        "random",
        opset,
        inputs,
        outputs.stream().map(name -> new ValueInfo(name, null, null)).toList(),
        constants,
        nodes);
  }
}

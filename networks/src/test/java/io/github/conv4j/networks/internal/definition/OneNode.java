package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A graph of a single node, to say in one line what an operator does. */
final class OneNode {
  private final String operator;
  private final int opset;
  private final List<@Nullable Values> inputs = new ArrayList<>();
  private final Map<String, Attribute> attributes = new LinkedHashMap<>();
  private int outputs = 1;
  private ElementLimits limits = ElementLimits.DEFAULT;

  private OneNode(String operator, int opset) {
    this.operator = operator;
    this.opset = opset;
  }

  static OneNode of(String operator, int opset) {
    return new OneNode(operator, opset);
  }

  OneNode input(Values values) {
    inputs.add(values);
    return this;
  }

  OneNode absent() {
    inputs.add(null);
    return this;
  }

  OneNode outputs(int count) {
    outputs = count;
    return this;
  }

  OneNode attribute(String name, Attribute value) {
    attributes.put(name, value);
    return this;
  }

  OneNode ints(String name, long... values) {
    return attribute(name, Attribute.ofInts(values));
  }

  OneNode integer(String name, long value) {
    return attribute(name, new Attribute.Int(value));
  }

  OneNode real(String name, float value) {
    return attribute(name, new Attribute.Real(value));
  }

  OneNode text(String name, String value) {
    return attribute(name, new Attribute.Text(value));
  }

  OneNode within(ElementLimits limits) {
    this.limits = limits;
    return this;
  }

  Graph graph() {
    GraphBuilder builder = new GraphBuilder(opset);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Values values = inputs.get(i);
      if (values == null) {
        names.add("");
      } else {
        Dim[] dims = new Dim[values.type().rank()];
        for (int axis = 0; axis < dims.length; axis++) {
          dims[axis] = new Dim.Fixed(values.type().dim(axis));
        }
        names.add(builder.input("input" + i, values.type().element(), dims));
      }
    }
    builder.node(operator, names, attributes, outputs).forEach(builder::output);
    return builder.build();
  }

  List<Values> runAll() {
    Map<String, Values> given = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      Values values = inputs.get(i);
      if (values != null) {
        given.put("input" + i, values);
      }
    }
    ReferenceExecutor executor =
        new ReferenceExecutor(graph(), limits, ReferenceExecutor.Rounding.NONE);
    return List.copyOf(executor.run(given).values());
  }

  Values run() {
    return runAll().getFirst();
  }

  /** Returns floats of given dimensions that count up from 0. */
  static Values counting(long... dims) {
    double[] values = new double[(int) new TensorType(ElementType.FLOAT, dims).elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Values.floats(values, dims);
  }

  /** Returns a list of floats. */
  static Values floats(double... values) {
    return Values.floats(values, values.length);
  }

  /** Returns one float without dimensions. */
  static Values scalar(double value) {
    return Values.floats(new double[] {value});
  }

  /** Returns truth values. */
  static Values truths(boolean... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = values[i] ? 1 : 0;
    }
    return Values.of(new TensorType(ElementType.BOOL, values.length), bits);
  }

  @Override
  public String toString() {
    return "%s-%d of %s %s".formatted(operator, opset, inputs, attributes);
  }
}

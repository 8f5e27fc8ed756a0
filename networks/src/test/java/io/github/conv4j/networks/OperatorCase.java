package io.github.conv4j.networks;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A node with inputs of some kind each: given at each run, or constant. */
final class OperatorCase {
  private static final long SEED = 11;

  private final String operator;
  private final int opset;
  private final List<Input> inputs = new ArrayList<>();
  private final Map<String, Attribute> attributes = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(SEED);
  private int outputs = 1;

  private enum Kind {
    GIVEN,
    CONSTANT,
    ABSENT
  }

  private record Input(Kind kind, Constant values) {}

  private OperatorCase(String operator, int opset) {
    this.operator = operator;
    this.opset = opset;
  }

  static OperatorCase of(String operator, int opset) {
    return new OperatorCase(operator, opset);
  }

  String operator() {
    return operator;
  }

  /** An input of each run: random floats. */
  OperatorCase given(long... dims) {
    return given(gaussians(dims));
  }

  /** The same without what is not above 0. */
  OperatorCase positive(long... dims) {
    return given(magnitudes(dims));
  }

  OperatorCase given(Constant values) {
    inputs.add(new Input(Kind.GIVEN, values));
    return this;
  }

  /** Integers of each run. */
  OperatorCase given(ElementType type, long[] dims, long... values) {
    return given(Values.of(new TensorType(type, dims), values).toConstant());
  }

  /** A constant of random floats. */
  OperatorCase constant(long... dims) {
    return constant(gaussians(dims));
  }

  OperatorCase positiveConstant(long... dims) {
    return constant(magnitudes(dims));
  }

  OperatorCase constant(Constant values) {
    inputs.add(new Input(Kind.CONSTANT, values));
    return this;
  }

  OperatorCase scalar(float value) {
    return constant(Constant.of(new float[] {value}));
  }

  /** A constant list of integers. */
  OperatorCase list(long... values) {
    return constant(Constant.of(values, values.length));
  }

  OperatorCase absent() {
    inputs.add(new Input(Kind.ABSENT, Constant.of(new float[1])));
    return this;
  }

  OperatorCase integer(String name, long value) {
    attributes.put(name, new Attribute.Int(value));
    return this;
  }

  OperatorCase ints(String name, long... values) {
    attributes.put(name, Attribute.ofInts(values));
    return this;
  }

  OperatorCase real(String name, float value) {
    attributes.put(name, new Attribute.Real(value));
    return this;
  }

  OperatorCase text(String name, String value) {
    attributes.put(name, new Attribute.Text(value));
    return this;
  }

  OperatorCase texts(String name, String... values) {
    attributes.put(name, new Attribute.Texts(List.of(values)));
    return this;
  }

  OperatorCase tensor(String name, Constant value) {
    attributes.put(name, new Attribute.Tensor(value));
    return this;
  }

  OperatorCase outputs(int count) {
    outputs = count;
    return this;
  }

  private Constant gaussians(long... dims) {
    float[] values = new float[(int) new TensorType(ElementType.FLOAT, dims).elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Constant.of(values, dims);
  }

  private Constant magnitudes(long... dims) {
    double[] values = Values.of(gaussians(dims)).reals();
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.25 + Math.abs(values[i]);
    }
    return Values.of(new TensorType(ElementType.FLOAT, dims), values).toConstant();
  }

  /** Returns what is given at each run, by name. */
  Map<String, Constant> values() {
    Map<String, Constant> values = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).kind == Kind.GIVEN) {
        values.put("input" + i, inputs.get(i).values);
      }
    }
    return values;
  }

  /** Returns the graph of this node alone; one that is given nothing is beside an addition. */
  Graph graph() {
    var builder = new GraphBuilder(opset);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      names.add(add(builder, "input" + i, inputs.get(i)));
    }
    builder.node(operator, names, attributes, outputs).forEach(builder::output);
    return builder.build();
  }

  private static String add(GraphBuilder builder, String name, Input input) {
    return switch (input.kind) {
      case ABSENT -> "";
      case CONSTANT -> builder.constant(input.values);
      case GIVEN -> {
        long[] dims = input.values.dims();
        Dim[] fixed = new Dim[dims.length];
        for (int i = 0; i < dims.length; i++) {
          fixed[i] = new Dim.Fixed(dims[i]);
        }
        yield builder.input(name, input.values.type(), fixed);
      }
    };
  }

  /** Returns the graph of a convolution and, behind it, this node with constants. */
  Graph behindConvolution() {
    var builder = new GraphBuilder(opset);
    long[] dims = inputs.getFirst().values.dims();
    String src = add(builder, "input0", inputs.getFirst());
    List<String> names = new ArrayList<>();
    names.add(
        builder.node("Conv", List.of(src, builder.constant(gaussians(dims[1], dims[1], 1, 1)))));
    for (Input input : inputs.subList(1, inputs.size())) {
      names.add(input.kind == Kind.ABSENT ? "" : builder.constant(input.values));
    }
    builder.output(builder.node(operator, names, attributes));
    return builder.build();
  }

  @Override
  public String toString() {
    return operator + " " + opset + " " + attributes;
  }
}

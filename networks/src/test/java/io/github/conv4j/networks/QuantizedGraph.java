package io.github.conv4j.networks;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A graph of layers as a quantizer writes them, with random weights and inputs. */
final class QuantizedGraph {
  private static final float WEIGHTS_SCALE = 0.01f;

  private final GraphBuilder builder;
  private final SplittableRandom random = new SplittableRandom(5);
  private final Map<String, Constant> inputs = new LinkedHashMap<>();

  QuantizedGraph(int opset) {
    this.builder = new GraphBuilder(opset);
  }

  GraphBuilder builder() {
    return builder;
  }

  /** An input of floats. */
  String floats(long... dims) {
    float[] values = new float[Math.toIntExact(count(dims))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return input(Constant.of(values, dims));
  }

  /** An input of integers. */
  String bytes(ElementType type, long... dims) {
    return input(integers(type, dims));
  }

  private String input(Constant values) {
    String name = "x" + inputs.size();
    inputs.put(name, values);
    Dim[] fixed = Arrays.stream(values.dims()).mapToObj(Dim.Fixed::new).toArray(Dim.Fixed[]::new);
    return builder.input(name, values.type(), fixed);
  }

  private static long count(long... dims) {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  /** Random integers that a type holds. */
  Constant integers(ElementType type, long... dims) {
    long[] values = new long[Math.toIntExact(count(dims))];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case UINT8 -> random.nextInt(256);
            case INT8 -> random.nextInt(-127, 128);
            default -> random.nextInt(-3000, 3000);
          };
    }
    return Values.of(new TensorType(type, dims), values).toConstant();
  }

  String scalar(float value) {
    return builder.constant(Constant.of(new float[] {value}));
  }

  /** One integer without dims. */
  String zero(ElementType type, long value) {
    return builder.constant(Values.of(new TensorType(type), new long[] {value}).toConstant());
  }

  String quantize(String value, ElementType type, float scale, int zeroPoint) {
    return builder.node("QuantizeLinear", List.of(value, scalar(scale), zero(type, zeroPoint)));
  }

  String dequantize(String value, ElementType type, float scale, int zeroPoint) {
    return builder.node("DequantizeLinear", List.of(value, scalar(scale), zero(type, zeroPoint)));
  }

  /** Quantized to u8, and dequantized. */
  String pair(String value, float scale, int zeroPoint) {
    return dequantize(
        quantize(value, ElementType.UINT8, scale, zeroPoint), ElementType.UINT8, scale, zeroPoint);
  }

  /** Constant floats that are integers with one scale. */
  String constant(ElementType type, int zeroPoint, long... dims) {
    return dequantize(builder.constant(integers(type, dims)), type, WEIGHTS_SCALE, zeroPoint);
  }

  /** Constant s8 weights with a scale for each index of an axis. */
  String perChannel(int axis, long... dims) {
    return builder.node(
        "DequantizeLinear",
        List.of(
            builder.constant(integers(ElementType.INT8, dims)),
            builder.constant(scales(1, (int) dims[axis])),
            builder.constant(zeros(ElementType.INT8, dims[axis]))),
        Map.of("axis", Attribute.of(axis)));
  }

  /** The constant s32 bias of weights with these scales. */
  String bias(float srcScale, int count) {
    return builder.node(
        "DequantizeLinear",
        List.of(
            builder.constant(integers(ElementType.INT32, count)),
            builder.constant(scales(srcScale, count))),
        Map.of("axis", Attribute.of(0)));
  }

  private static Constant scales(float factor, int count) {
    float[] scales = new float[count];
    for (int i = 0; i < count; i++) {
      scales[i] = factor * (WEIGHTS_SCALE * (1 + i % 5) / 3);
    }
    return Constant.of(scales, count);
  }

  private static Constant zeros(ElementType type, long... dims) {
    return Values.of(new TensorType(type, dims), new long[Math.toIntExact(count(dims))])
        .toConstant();
  }

  String node(String operator, String... values) {
    return builder.node(operator, List.of(values));
  }

  String node(String operator, Map<String, Attribute> attributes, String... values) {
    return builder.node(operator, List.of(values), attributes);
  }

  QuantizedGraph output(String value) {
    builder.output(value);
    return this;
  }

  Graph graph() {
    return builder.build();
  }

  /** Returns what is given at each run, by name. */
  Map<String, Constant> inputs() {
    return inputs;
  }
}

package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what is quantized as pairs of QuantizeLinear and DequantizeLinear, which say of plain
 * operators that they may be computed with integers.
 *
 * @see <a href="https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html">the
 *     form in ONNX Runtime's documentation</a>
 */
final class QdqGraph {
  private static final long[] SCALAR = {};

  private final Graph graph;
  private final Map<String, Scale> scales;
  private final int weightBits;
  private final Names names;
  private final Map<String, Constant> constants;
  private final List<Node> nodes = new ArrayList<>();

  /** Of each node that is one of a selected layer. */
  private final IdentityHashMap<Node, Layer> layers = new IdentityHashMap<>();

  private final Set<String> writtenAsIntegers = new HashSet<>();
  private final Set<String> outputs = new HashSet<>();
  private final Map<String, String> dequantized = new HashMap<>();

  /** What is quantized in the place of a value. */
  private final Map<String, String> sources = new HashMap<>();

  private QdqGraph(Graph graph, List<Layer> layers, Map<String, Scale> scales, int weightBits) {
    this.graph = graph;
    this.scales = scales;
    this.weightBits = weightBits;
    this.names = new Names(graph);
    this.constants = new LinkedHashMap<>(graph.constants());
    for (Layer layer : layers) {
      layer.nodes().forEach(node -> this.layers.put(node, layer));
      writtenAsIntegers.addAll(layer.outputs());
    }
    graph.outputs().forEach(output -> outputs.add(output.name()));
  }

  /**
   * A graph with pairs.
   *
   * @param dequantized what each value with a scale is behind its pair
   */
  record Written(Graph graph, Map<String, String> dequantized) {}

  /**
   * Writes.
   *
   * @param layers those that are quantized
   * @param scales of the values that get a pair
   */
  static Written of(Graph graph, List<Layer> layers, Map<String, Scale> scales, int weightBits) {
    return new QdqGraph(graph, layers, scales, weightBits).write();
  }

  private Written write() {
    graph.inputs().forEach(input -> addPair(input.name()));
    for (Node node : graph.nodes()) {
      Layer layer = layers.get(node);
      if (layer != null && isWithinRange(node, layer)) {
        sources.put(layer.output(), node.inputs().getFirst());
      } else {
        nodes.add(rewritten(node, layer));
      }
      node.outputs().forEach(this::addPair);
    }
    Set<String> read = new HashSet<>(outputs);
    nodes.forEach(node -> read.addAll(node.inputs()));
    constants.keySet().retainAll(read);
    Graph written =
        new Graph(graph.name(), graph.opset(), graph.inputs(), graph.outputs(), constants, nodes);
    return new Written(written, dequantized);
  }

  /**
   * Whether a node does nothing but what saturation does anyway: a Relu before bytes that begin
   * with zero.
   */
  @SuppressWarnings("ReferenceEquality") // this very node
  private boolean isWithinRange(Node node, Layer layer) {
    Scale scale = scales.get(layer.output());
    boolean isLast = layer.nodes().getLast() == node && layer.nodes().size() > 1;
    if (!isLast || scale == null || outputs.contains(layer.output())) {
      return false;
    }
    if (Attributes.is(node, "Relu")) {
      return scale.zeroPoint() == 0;
    }
    return Attributes.is(node, "Clip")
        && isBeyond(node, 1, scale, 0)
        && isBeyond(node, 2, scale, 255);
  }

  /** Whether a limit of a Clip, if it has it, becomes the outermost byte. */
  private boolean isBeyond(Node clip, int input, Scale scale, int outermost) {
    if (!clip.hasInput(input)) {
      return true;
    }
    Constant limit = constants.get(clip.inputs().get(input));
    return limit != null
        && limit.elementCount() == 1
        && scale.quantized(limit.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)) == outermost;
  }

  @SuppressWarnings("ReferenceEquality") // this very node
  private Node rewritten(Node node, @Nullable Layer layer) {
    List<String> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      boolean asIntegers =
          writtenAsIntegers.contains(input) || (layer != null && layer.inputs().contains(input));
      inputs.add(asIntegers ? dequantized.getOrDefault(input, input) : input);
    }
    if (layer == null || !layer.hasWeights() || layer.head() != node) {
      return with(node, inputs, node.attributes());
    }
    return withWeights(node, inputs);
  }

  private static Node with(Node node, List<String> inputs, Map<String, Attribute> attributes) {
    return new Node(
        node.name(), node.domain(), node.operator(), inputs, node.outputs(), attributes);
  }

  private Node withWeights(Node node, List<String> inputs) {
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    Constant weights = constant(node.inputs().get(1));
    float[] values = floats(weights);
    float[] bias = node.hasInput(2) ? floats(constant(node.inputs().get(2))) : new float[0];
    if (node.operator().equals("Gemm")) {
      multiply(values, Attributes.real(node, "alpha", 1));
      multiply(bias, Attributes.real(node, "beta", 1));
      attributes.keySet().removeAll(Set.of("alpha", "beta"));
    }
    long[] dims = weights.dims();
    int axis = channelAxis(node);
    int channels = axis < 0 ? 1 : (int) dims[axis];
    int inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= (int) dims[i];
    }
    Scale src = Objects.requireNonNull(scales.get(node.inputs().getFirst()));
    if (bias.length == 1 && channels > 1) {
      float all = bias[0];
      bias = new float[channels];
      Arrays.fill(bias, all);
    }
    QuantizedWeights quantized =
        QuantizedWeights.of(values, channels, inner, weightBits, src.scale(), bias);
    addWeights(node, inputs, dims, axis, quantized);
    if (bias.length > 0) {
      addBias(node, inputs, src, quantized);
    }
    return with(node, inputs, attributes);
  }

  private static void multiply(float[] values, float factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
  }

  /** Returns which axis of the weights counts output channels; -1 where one scale is for all. */
  private static int channelAxis(Node node) {
    return switch (node.operator()) {
      case "Conv" -> 0;
      // With groups each index of axis 1 is a channel of every group.
      case "ConvTranspose" -> Attributes.integer(node, "group", 1) == 1 ? 1 : -1;
      case "Gemm" -> Attributes.integer(node, "transB", 0) == 0 ? 1 : 0;
      default -> 1;
    };
  }

  private void addWeights(
      Node node, List<String> inputs, long[] dims, int axis, QuantizedWeights quantized) {
    String weights = node.inputs().get(1);
    long[] perChannel = axis < 0 ? SCALAR : new long[] {quantized.scales().length};
    String bytes = put(weights, "quantized", bytes(ElementType.INT8, dims, quantized.values()));
    String scale = put(weights, "scale", Constant.of(quantized.scales(), perChannel));
    byte[] zeros = new byte[quantized.scales().length];
    String zero = put(weights, "zero_point", bytes(ElementType.INT8, perChannel, zeros));
    inputs.set(1, dequantize(weights, List.of(bytes, scale, zero), Math.max(axis, 0)));
  }

  private void addBias(Node node, List<String> inputs, Scale src, QuantizedWeights quantized) {
    String bias = node.inputs().get(2);
    int[] integers = quantized.bias();
    float[] scales = new float[integers.length];
    for (int c = 0; c < scales.length; c++) {
      scales[c] = src.scale() * quantized.scales()[quantized.scales().length == 1 ? 0 : c];
    }
    MemorySegment data = MemorySegment.ofArray(integers);
    long[] dims = {integers.length};
    String values = put(bias, "quantized", new Constant(ElementType.INT32, dims, data));
    String scale = put(bias, "scale", Constant.of(scales, dims));
    inputs.set(2, dequantize(bias, List.of(values, scale), 0));
  }

  private String dequantize(String value, List<String> inputs, int axis) {
    String output = names.of(value, "dequantized");
    nodes.add(
        new Node(
            output,
            "",
            "DequantizeLinear",
            inputs,
            List.of(output),
            Map.of("axis", Attribute.of(axis))));
    return output;
  }

  private void addPair(String value) {
    Scale scale = scales.get(value);
    if (scale == null) {
      return;
    }
    String step = put(value, "scale", Constant.of(new float[] {scale.scale()}));
    byte[] zero = {(byte) scale.zeroPoint()};
    String zeroPoint = put(value, "zero_point", bytes(ElementType.UINT8, SCALAR, zero));
    String quantized = names.of(value, "quantized");
    String source = sources.getOrDefault(value, value);
    String back = names.of(value, "dequantized");
    nodes.add(
        new Node(
            quantized,
            "",
            "QuantizeLinear",
            List.of(source, step, zeroPoint),
            List.of(quantized),
            Map.of()));
    nodes.add(
        new Node(
            back,
            "",
            "DequantizeLinear",
            List.of(quantized, step, zeroPoint),
            List.of(back),
            Map.of()));
    dequantized.put(value, back);
  }

  private String put(String value, String what, Constant constant) {
    String name = names.of(value, what);
    constants.put(name, constant);
    return name;
  }

  private static Constant bytes(ElementType type, long[] dims, byte[] values) {
    return new Constant(type, dims, MemorySegment.ofArray(values));
  }

  private Constant constant(String name) {
    return Objects.requireNonNull(graph.constants().get(name), name);
  }

  private static float[] floats(Constant constant) {
    float[] values = new float[Math.toIntExact(constant.elementCount())];
    MemorySegment.copy(
        constant.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, values.length);
    return values;
  }
}

package io.github.conv4j.networks.quantization;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.ReferenceExecutor;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.onnx.ModelWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizerTest {
  private static final Dim[] PICTURE = {
    new Dim.Fixed(1), new Dim.Fixed(3), new Dim.Symbol("h"), new Dim.Symbol("w")
  };

  private static final Dim[] PICTURE_OF_8 = {
    new Dim.Fixed(1), new Dim.Fixed(8), new Dim.Fixed(9), new Dim.Fixed(9)
  };

  private static final QuantizationOptions ANY =
      QuantizationOptions.defaults().withLeastDecibels(Double.NEGATIVE_INFINITY);

  private static final Map<String, Attribute> SIXTH =
      Map.of("alpha", new Attribute.Real(1 / 6f), "beta", new Attribute.Real(0.5f));

  private final SplittableRandom random = new SplittableRandom(5);
  private final Engine engine = Engines.named("vector");

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  private Constant gaussian(long... dims) {
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Constant.of(values, dims);
  }

  private QuantizedNetwork quantized(
      Graph graph, QuantizationOptions options, Constant... samples) {
    String input = graph.inputs().getFirst().name();
    List<Map<String, Constant>> all =
        Arrays.stream(samples).map(each -> Map.of(input, each)).toList();
    QuantizedNetwork quantized =
        new Quantizer(Network.of(graph), engine, options).quantize(all, (_, _, _) -> {});
    Graph written = quantized.network().graph();
    return new QuantizedNetwork(Network.read(ModelWriter.bytes(written)), quantized.report());
  }

  private static Values run(Graph graph, Constant input) {
    var executor =
        new ReferenceExecutor(graph, ElementLimits.DEFAULT, ReferenceExecutor.Rounding.EACH_TENSOR);
    return executor
        .run(Map.of(graph.inputs().getFirst().name(), Values.of(input)))
        .values()
        .iterator()
        .next();
  }

  private static Values constant(Graph graph, String name) {
    return Values.of(requireNonNull(graph.constants().get(name), name));
  }

  private static List<String> operators(Graph graph) {
    return graph.nodes().stream().map(Node::operator).toList();
  }

  private static Graph oneConvolution(Constant weights, Constant bias) {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    b.output(b.node("Conv", List.of(x, b.constant("w", weights), b.constant("b", bias)), Map.of()));
    return b.build();
  }

  @Test
  void givesEachChannelItsScaleAndEachTensorOne() {
    Graph graph =
        oneConvolution(
            Constant.of(new float[] {1.27f, -0.64f, 0, 2.54f, 0.02f, -2.54f}, 2, 3, 1, 1),
            Constant.of(new float[] {0.5f, -1}, 2));
    Constant sample = Constant.of(new float[] {-0.51f, 0, 2.04f, 0.1f, 1, 1}, 1, 3, 1, 2);

    QuantizedNetwork result = quantized(graph, QuantizationOptions.defaults(), sample);

    Graph written = result.network().graph();
    assertThat(operators(written))
        .containsExactly(
            "QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "DequantizeLinear", "Conv");
    assertThat(constant(written, "x_scale").reals()).containsExactly((float) (2.55 / 255));
    assertThat(constant(written, "x_zero_point").integers()).containsExactly(51);
    assertThat(constant(written, "w_scale").reals()).containsExactly(0.01f, 0.02f);
    assertThat(constant(written, "w_quantized").integers())
        .containsExactly(127, -64, 0, 127, 1, -127);
    assertThat(constant(written, "b_quantized").integers()).containsExactly(5000, -5000);
    assertThat(written.constants()).doesNotContainKeys("w", "b");
    assertThat(result.report().layers()).hasSize(1);
    assertThat(result.report().layers().getFirst().decibels()).isGreaterThan(40);
  }

  /** One scale is for all channels between: the weak ones would be next to nothing. */
  @ParameterizedTest
  @CsvSource({
    "3, true, Relu",
    "3, false, Relu",
    "1, true, Relu",
    "1, false, LeakyRelu",
    "1, true, HardSwish",
    "3, false, HardSwish",
    "1, false, Softplus"
  })
  void channelsBetweenConvolutionsAreMadeEquallyWide(
      int size, boolean isDepthwise, String function) {
    float[] weights = new float[4 * 3 * size * size];
    float[] bias = new float[4];
    float[] second = new float[4 * (isDepthwise ? 1 : 4) * 9];
    for (int i = 0; i < weights.length; i++) {
      int channel = i / (weights.length / 4);
      double width = Math.pow(7, channel);
      weights[i] = (float) (random.nextGaussian() * width);
      bias[channel] = (float) width;
    }
    for (int i = 0; i < second.length; i++) {
      int channel = isDepthwise ? i / 9 : i / 9 % 4;
      second[i] = (float) (random.nextGaussian() / Math.pow(7, channel));
    }
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    String first =
        b.node(
            "Conv",
            List.of(
                x,
                b.constant(Constant.of(weights, 4, 3, size, size)),
                b.constant(Constant.of(bias, 4))),
            Map.of("pads", Attribute.ofInts(1, 1, 1, 1)));
    b.output(
        b.node(
            "Conv",
            List.of(
                function(b, function, first),
                b.constant(Constant.of(second, 4, isDepthwise ? 1 : 4, 3, 3))),
            Map.of("group", Attribute.of(isDepthwise ? 4 : 1))));
    Constant sample = gaussian(1, 3, 12, 12);

    QuantizedNetwork quantized = quantized(b.build(), ANY, sample);

    double[] expected = run(b.build(), sample).reals();
    double[] actual = run(quantized.network().graph(), sample).reals();
    int area = expected.length / 4;
    for (int c = 0; c < 4; c++) {
      double noise = 0;
      double signal = 0;
      for (int i = c * area; i < (c + 1) * area; i++) {
        noise += Math.pow(actual[i] - expected[i], 2);
        signal += Math.pow(expected[i], 2);
      }
      assertThat(noise).isPositive().isLessThan(1e-3 * signal);
    }
  }

  /**
   * A product that the quantizer adds is none of those that are to stay. What floats write and
   * integers read gets one.
   */
  @ParameterizedTest
  @CsvSource({"'', 2", "Softplus, 2", "Mul, 1", "Conv, 1"})
  void whatOnlyFloatsReadGetsNoSteps(String leftOut, int products) {
    float[] weights = new float[4 * 3];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * Math.pow(7, Math.floorDiv(i, 3)));
    }
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    String first =
        b.node(
            "Conv",
            List.of(x, b.constant(Constant.of(weights, 4, 3, 1, 1)), b.constant(gaussian(4))));
    b.output(
        b.node(
            "Conv",
            List.of(b.node("Softplus", List.of(first)), b.constant(gaussian(4, 1, 3, 3))),
            Map.of("group", Attribute.of(4))));
    b.output(b.node("Mul", List.of(x, x)));
    QuantizationOptions options = leftOut.isEmpty() ? ANY : ANY.without(leftOut);

    QuantizedNetwork quantized = quantized(b.build(), options, gaussian(1, 3, 12, 12));

    List<String> written = operators(quantized.network().graph());
    assertThat(written.stream().filter("Mul"::equals)).hasSize(products);
    assertThat(written.contains("QuantizeLinear")).isEqualTo(!leftOut.equals("Conv"));
  }

  private static String function(GraphBuilder b, String name, String x) {
    return name.equals("HardSwish")
        ? b.node("Mul", List.of(x, b.node("HardSigmoid", List.of(x), SIXTH)))
        : b.node(name, List.of(x));
  }

  /** Weights of 1 that one of 100 makes too coarse err to one side where all that is read is. */
  @ParameterizedTest
  @ValueSource(strings = {"own", "shared", "none"})
  void meansOfChannelsStay(String bias) {
    float[] second = new float[2 * 2];
    Arrays.fill(second, 0.01f);
    second[0] = 3;
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE_OF_8);
    String shared = b.constant(gaussian(2));
    List<String> first =
        new ArrayList<>(
            List.of(x, b.constant("w", Constant.of(coarse(2 * 8 * 2 * 2), 2, 8, 2, 2))));
    addBias(b, first, bias, shared);
    List<String> next =
        new ArrayList<>(
            List.of(
                // Equalization, which goes no further than this, would make biases different.
                b.node(
                    "MaxPool",
                    List.of(b.node("Relu", List.of(b.node("Conv", first)))),
                    Map.of("kernel_shape", Attribute.ofInts(1, 1))),
                b.constant("v", Constant.of(second, 2, 2, 1, 1))));
    addBias(b, next, bias, shared);
    b.output(b.node("Conv", next));

    requireSameMeans(b.build(), magnitudes(gaussian(1, 8, 9, 9)), 1);
  }

  private void addBias(GraphBuilder b, List<String> inputs, String bias, String shared) {
    switch (bias) {
      case "own" -> inputs.add(b.constant(gaussian(2)));
      case "shared" -> inputs.add(shared);
      default -> {}
    }
  }

  @Test
  void meansOfProductsStay() {
    var b = new GraphBuilder(13);
    String x =
        b.input("x", ElementType.FLOAT, new Dim.Fixed(1), new Dim.Fixed(50), new Dim.Fixed(32));
    String product =
        b.node("MatMul", List.of(x, b.constant("w", Constant.of(coarse(32 * 2), 32, 2))));
    b.output(b.node("Add", List.of(b.constant(gaussian(2)), product)));

    requireSameMeans(b.build(), magnitudes(gaussian(1, 50, 32)), 2);
  }

  /** Classes of which the least probable err to one side where they are about as probable. */
  @ParameterizedTest
  @CsvSource({"Softmax, MatMul", "Softmax, Conv", "Sigmoid, MatMul", "Sigmoid, Conv"})
  void meansOfProbabilitiesStay(String function, String operator) {
    boolean isConvolution = operator.equals("Conv");
    var b = new GraphBuilder(13);
    float[] weights = new float[64];
    for (int i = 0; i < weights.length; i++) {
      int output = isConvolution ? i / 32 : i % 2;
      int input = isConvolution ? i % 32 : i / 2;
      // Of the first output, two large weights make the others coarse.
      weights[i] = output == 1 ? 0.05f : input < 2 ? 30 - 60 * input : 0.15f;
    }
    Constant sample;
    String sum;
    if (isConvolution) {
      sample = magnitudes(gaussian(1, 32, 10, 8));
      String x = b.input("x", ElementType.FLOAT, fixed(sample));
      String w = b.constant("w", Constant.of(weights, 2, 32, 1, 1));
      sum = b.node("Conv", List.of(x, w, b.constant(Constant.of(new float[] {-2, 2}, 2))));
    } else {
      sample = magnitudes(gaussian(1, 80, 32));
      String x = b.input("x", ElementType.FLOAT, fixed(sample));
      String product = b.node("MatMul", List.of(x, b.constant("w", Constant.of(weights, 32, 2))));
      sum = b.node("Add", List.of(product, b.constant(Constant.of(new float[] {-2, 2}, 2))));
    }
    int axis = isConvolution ? 1 : 2;
    Map<String, Attribute> attributes =
        function.equals("Softmax") ? Map.of("axis", Attribute.of(axis)) : Map.of();
    b.output(b.node(function, List.of(sum), attributes));

    requireSameMeans(b.build(), sample, axis);
  }

  /** Products of other than matrices, and sums of other than a number a channel. */
  @ParameterizedTest
  @CsvSource({"4, 5", "2 4 4, 4", "4 3, 1", "4 3, 2 5 3"})
  void otherEndsStayAsTheyAre(String weights, String added) {
    Constant numbers = gaussian(dims(added));
    var b = new GraphBuilder(13);
    String x =
        b.input("x", ElementType.FLOAT, new Dim.Fixed(2), new Dim.Fixed(5), new Dim.Fixed(4));
    String y = b.node("MatMul", List.of(x, b.constant(gaussian(4, 4))));
    String product = b.node("MatMul", List.of(y, b.constant(gaussian(dims(weights)))));
    String sum = b.node("Add", List.of(product, b.constant("added", numbers)));
    b.output(b.node("Sigmoid", List.of(sum)));

    Graph written = quantized(b.build(), ANY, gaussian(2, 5, 4)).network().graph();

    assertThat(operators(written)).contains("QuantizeLinear", "Sigmoid");
    Constant now = requireNonNull(written.constants().get("added"));
    assertThat(Values.of(now).reals()).isEqualTo(Values.of(numbers).reals());
  }

  private static long[] dims(String text) {
    return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  private static Dim[] fixed(Constant sample) {
    return Arrays.stream(sample.dims()).mapToObj(Dim.Fixed::new).toArray(Dim[]::new);
  }

  private static float[] coarse(int count) {
    float[] weights = new float[count];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % 32 < 2 ? 100 : 0.3f;
    }
    return weights;
  }

  private void requireSameMeans(Graph graph, Constant sample, int channelAxis) {
    Graph written = quantized(graph, ANY, sample).network().graph();

    double[] expected = run(graph, sample).reals();
    double[] actual = run(written, sample).reals();
    int area = expected.length / 2;
    for (int c = 0; c < 2; c++) {
      double difference = 0;
      double size = 0;
      for (int i = 0; i < area; i++) {
        int at = channelAxis == 1 ? c * area + i : 2 * i + c;
        difference += (actual[at] - expected[at]) / area;
        size += Math.abs(expected[at]) / area;
      }
      assertThat(difference).isCloseTo(0, within(1e-3 * size));
    }
  }

  @Test
  void weightsOfSevenBitsCannotSaturateInPairs() {
    Graph graph = oneConvolution(gaussian(4, 3, 3, 3), gaussian(4));

    Graph written = quantized(graph, ANY.withWeightBits(7), gaussian(1, 3, 5, 5)).network().graph();

    long[] weights = constant(written, "w_quantized").integers();
    assertThat(Arrays.stream(weights).map(Math::abs).max()).hasValue(63);
  }

  /** A layer, and where its channels are. */
  @ParameterizedTest
  @CsvSource({"Conv, 8", "Conv, 7", "ConvTranspose, 8", "Gemm, 8", "MatMul, 8", "MatMul, 7"})
  void isWithinTheBoundOfItsRoundings(String operator, int bits) {
    boolean isImage = operator.startsWith("Conv");
    long[] weightDims = isImage ? new long[] {4, 2, 3, 3} : new long[] {10, 6};
    Constant sample = isImage ? gaussian(1, 4, 5, 6) : gaussian(3, 10);
    Map<String, Attribute> attributes =
        isImage ? Map.of("group", Attribute.of(2), "pads", Attribute.ofInts(1, 1, 1, 1)) : Map.of();
    Constant weights = gaussian(weightDims);
    Graph graph = layer(operator, attributes, weights, sample.dims());

    Graph written = quantized(graph, ANY.withWeightBits(bits), sample).network().graph();

    double srcScale = constant(written, "x_scale").reals()[0];
    double weightScale = Arrays.stream(constant(written, "w_scale").reals()).max().orElseThrow();
    Constant ones = Constant.of(filled(weights, 1), weightDims);
    Graph sums = layer(operator, attributes, ones, sample.dims());
    Graph sizes = layer(operator, attributes, magnitudes(weights), sample.dims());
    double[] sumsOfSrc = run(sums, magnitudes(sample)).reals();
    double[] sumsOfWeights = run(sizes, Constant.of(filled(sample, 1), sample.dims())).reals();
    double[] counts = run(sums, Constant.of(filled(sample, 1), sample.dims())).reals();
    double[] expected = run(graph, sample).reals();
    double[] actual = run(written, sample).reals();
    double noise = 0;
    for (int i = 0; i < expected.length; i++) {
      double bound =
          sumsOfSrc[i] * weightScale / 2
              + sumsOfWeights[i] * srcScale / 2
              + counts[i] * srcScale * weightScale / 4;
      assertThat(actual[i]).isCloseTo(expected[i], within(bound * (1 + 1e-5)));
      noise += Math.abs(actual[i] - expected[i]);
    }
    assertThat(noise).isPositive();
  }

  private static Graph layer(
      String operator, Map<String, Attribute> attributes, Constant weights, long[] dims) {
    var b = new GraphBuilder(13);
    Dim[] fixed = Arrays.stream(dims).mapToObj(Dim.Fixed::new).toArray(Dim[]::new);
    String x = b.input("x", ElementType.FLOAT, fixed);
    b.output(b.node(operator, List.of(x, b.constant("w", weights)), attributes));
    return b.build();
  }

  private static float[] filled(Constant like, float value) {
    float[] values = new float[(int) like.elementCount()];
    Arrays.fill(values, value);
    return values;
  }

  private static Constant magnitudes(Constant constant) {
    double[] values = Values.of(constant).reals();
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) Math.abs(values[i]);
    }
    return Constant.of(result, constant.dims());
  }

  /** Everything that integers flow through, and some that they do not. */
  private Graph everything(int opset) {
    var b = new GraphBuilder(opset);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    Map<String, Attribute> same = Map.of("pads", Attribute.ofInts(1, 1, 1, 1));
    String stem =
        b.node(
            "BatchNormalization",
            List.of(
                b.node("Conv", List.of(x, b.constant(gaussian(8, 3, 3, 3))), same),
                b.constant(gaussian(8)),
                b.constant(gaussian(8)),
                b.constant(gaussian(8)),
                b.constant(magnitudes(gaussian(8)))));
    String shifted = b.node("Add", List.of(stem, b.constant(scalar(3))));
    String cut = b.node("Clip", List.of(shifted, b.constant(scalar(0)), b.constant(scalar(6))));
    String swish = b.node("Div", List.of(b.node("Mul", List.of(stem, cut)), b.constant(scalar(6))));
    String gate =
        b.node(
            "HardSigmoid",
            List.of(
                b.node(
                    "Conv",
                    List.of(
                        b.node("GlobalAveragePool", List.of(swish)),
                        b.constant(gaussian(8, 8, 1, 1)),
                        b.constant(gaussian(8))))));
    String gated = b.node("Mul", List.of(swish, gate));
    String relu =
        b.node(
            "Relu",
            List.of(
                b.node(
                    "Conv",
                    List.of(gated, b.constant(gaussian(8, 8, 3, 3)), b.constant(gaussian(8))),
                    same)));
    String sum = b.node("Add", List.of(relu, gated));
    String small =
        b.node(
            "MaxPool",
            List.of(sum),
            Map.of("kernel_shape", Attribute.ofInts(2, 2), "strides", Attribute.ofInts(2, 2)));
    String large =
        b.node(
            "Resize",
            List.of(small, "", b.constant(Constant.of(new float[] {1, 1, 2, 2}, 4))),
            Map.of());
    String both = b.node("Concat", List.of(sum, large), Map.of("axis", Attribute.of(1)));
    String up =
        b.node(
            "ConvTranspose",
            List.of(both, b.constant(gaussian(16, 4, 2, 2)), b.constant(gaussian(4))),
            Map.of("strides", Attribute.ofInts(2, 2)));
    String flat = b.node("Flatten", List.of(b.node("GlobalAveragePool", List.of(up))));
    String scores =
        b.node(
            "Gemm",
            List.of(flat, b.constant(gaussian(5, 4)), b.constant(gaussian(5))),
            Map.of("transB", Attribute.of(1), "alpha", Attribute.of(0.5f)));
    b.output(b.node("Softmax", List.of(scores)));
    return b.build();
  }

  private static Constant scalar(float value) {
    return Constant.of(new float[] {value});
  }

  @ParameterizedTest
  @CsvSource({"13, minmax", "11, minmax", "17, percentile"})
  void quantizesAllThatIntegersFlowThrough(int opset, String method) {
    Graph graph = everything(opset);
    Constant[] samples = {gaussian(1, 3, 8, 8), gaussian(1, 3, 12, 6)};
    QuantizationOptions options =
        method.equals("minmax") ? ANY : ANY.withCalibration(Calibration.percentile(99.9));

    QuantizedNetwork result = quantized(graph, options, samples);

    assertThat(result.report().sampleCount()).isEqualTo(2);
    assertThat(result.report().layers())
        .extracting(layer -> layer.node().substring(0, layer.node().indexOf(' ')))
        .containsExactly(
            "Conv",
            "GlobalAveragePool",
            "Conv",
            "Mul",
            "Conv",
            "Add",
            "ConvTranspose",
            "GlobalAveragePool",
            "Gemm");
    assertThat(result.report().layers()).allMatch(QuantizationReport.LayerReport::isQuantized);
    assertThat(result.report().others()).containsExactly(Map.entry("Softmax", 1));
    Graph written = result.network().graph();
    assertThat(operators(written)).doesNotContain("BatchNormalization", "Relu");
    assertThat(written.nodes().stream().filter(n -> n.operator().equals("QuantizeLinear")))
        .hasSize(13);
    assertThat(scalesBefore(written, "Concat", "MaxPool", "Resize")).hasSize(1);
    assertThat(decibels(graph, written, samples))
        .isCloseTo(result.report().outputs().getFirst().decibels(), within(0.5));
  }

  /** Returns the different scales of what nodes of these operators read. */
  private static Set<Float> scalesBefore(Graph graph, String... operators) {
    Set<Float> scales = new HashSet<>();
    for (Node node : graph.nodes()) {
      for (Node reader : graph.nodes()) {
        boolean isOne = List.of(operators).contains(reader.operator());
        if (isOne && reader.inputs().contains(node.outputs().getFirst())) {
          scales.add((float) constant(graph, node.inputs().get(1)).reals()[0]);
        }
      }
    }
    return scales;
  }

  private static double decibels(Graph expected, Graph actual, Constant... samples) {
    double signal = 0;
    double noise = 0;
    for (Constant sample : samples) {
      double[] x = run(expected, sample).reals();
      double[] y = run(actual, sample).reals();
      for (int i = 0; i < x.length; i++) {
        signal += x[i] * x[i];
        noise += (x[i] - y[i]) * (x[i] - y[i]);
      }
    }
    return 10 * Math.log10(signal / noise);
  }

  /** A gate that is added to what it multiplies, a sum behind it, and means of convolutions. */
  @Test
  void stepsWithoutAPairBetweenThemAreOneLayer() {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    String wide = b.node("Conv", List.of(x, b.constant("w", gaussian(8, 3, 1, 1))), Map.of());
    String narrow = b.node("Conv", List.of(wide, b.constant("w2", gaussian(4, 8, 1, 1))), Map.of());
    String mean = b.node("GlobalAveragePool", List.of(wide));
    String gate =
        b.node(
            "HardSigmoid",
            List.of(
                b.node("Conv", List.of(mean, b.constant("w3", gaussian(8, 8, 1, 1))), Map.of())));
    String sum = b.node("Add", List.of(b.node("Mul", List.of(wide, gate)), wide));
    String other = b.node("Conv", List.of(x, b.constant("w4", gaussian(8, 3, 1, 1))), Map.of());
    String both = b.node("Add", List.of(sum, other));
    b.output(b.node("Conv", List.of(both, b.constant("w5", gaussian(4, 8, 3, 3))), Map.of()));
    b.output(narrow);
    Graph graph = b.build();
    Constant[] samples = {gaussian(1, 3, 9, 8), gaussian(1, 3, 5, 7)};

    QuantizedNetwork result = quantized(graph, ANY, samples);

    Graph written = result.network().graph();
    assertThat(written.nodes()).allMatch(node -> node.domain().isEmpty());
    assertThat(written.nodes().stream().map(Node::name).filter(name -> !name.isEmpty()))
        .doesNotHaveDuplicates();
    List<String> products =
        written.nodes().stream()
            .filter(node -> node.operator().equals("Mul"))
            .map(node -> node.outputs().getFirst())
            .toList();
    assertThat(products).hasSize(1);
    assertThat(written.nodes())
        .as("the sum reads the product as it is")
        .anyMatch(
            node -> node.operator().equals("Add") && node.inputs().contains(products.getFirst()));
    assertThat(written.nodes())
        .as("the mean is that of what the convolution reads")
        .filteredOn(node -> node.operator().equals("GlobalAveragePool"))
        .allMatch(node -> node.inputs().getFirst().startsWith("x"));
    assertThat(decibels(graph, written, samples)).isGreaterThan(25);
    // Of another shape than any sample has.
    assertThat(decibels(graph, written, gaussian(2, 3, 6, 6))).isGreaterThan(20);
  }

  @Test
  void givesTheSameBytesAgain() {
    Graph graph = everything(13);
    Constant sample = gaussian(1, 3, 8, 8);

    byte[] first = ModelWriter.bytes(quantized(graph, ANY, sample).network().graph());
    byte[] second = ModelWriter.bytes(quantized(graph, ANY, sample).network().graph());

    assertThat(second).isEqualTo(first);
  }

  @Test
  void keepsLayersThatLoseTooMuch() {
    Graph graph = everything(13);
    Constant sample = gaussian(1, 3, 8, 8);

    QuantizedNetwork result = quantized(graph, ANY.withLeastDecibels(1000), sample);

    assertThat(result.report().quantizedCount()).isZero();
    assertThat(result.report().layers())
        .filteredOn(layer -> layer.node().contains("Conv"))
        .allSatisfy(layer -> assertThat(layer.reason()).matches("[0-9.]+ dB, less than 1000.0"));
    assertThat(operators(result.network().graph())).doesNotContain("QuantizeLinear");
    assertThat(result.report().outputs().getFirst().decibels()).isGreaterThan(100);
  }

  @Test
  void leavesOutWhatIsNamed() {
    QuantizedNetwork result = quantized(everything(13), ANY.without("Gemm"), gaussian(1, 3, 8, 8));

    assertThat(result.report().layers())
        .filteredOn(layer -> layer.node().startsWith("Gemm"))
        .extracting(QuantizationReport.LayerReport::reason)
        .containsExactly("left out as asked");
    assertThat(operators(result.network().graph())).contains("Gemm", "QuantizeLinear");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> quantized(everything(13), ANY.without("gemm"), gaussian(1, 3, 8, 8)))
        .withMessage("no node is named or of operator \"gemm\", which is to be left out");
  }

  @Test
  void saysWhyProductsOfTwoValuesStay() {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, new Dim.Fixed(4), new Dim.Fixed(4));
    b.output(b.node("MatMul", List.of(x, x)));

    QuantizedNetwork result = quantized(b.build(), ANY, gaussian(4, 4));

    assertThat(result.report().layers())
        .extracting(QuantizationReport.LayerReport::reason)
        .containsExactly("its weights are not constant");
  }

  @Test
  void infinityStaysInFloats() {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    String huge = b.node("Exp", List.of(b.node("Mul", List.of(x, b.constant(scalar(1000))))));
    b.output(b.node("Conv", List.of(huge, b.constant(gaussian(2, 3, 1, 1)))));

    QuantizedNetwork result = quantized(b.build(), ANY, gaussian(1, 3, 4, 4));

    assertThat(result.report().layers())
        .extracting(QuantizationReport.LayerReport::reason)
        .containsExactly("infinity or what is no number was seen");
  }

  @Test
  void degenerateNumbersHaveScales() {
    float[] weights = new float[4 * 3];
    weights[3] = 1e-30f; // its channel has a bias of 7
    weights[6] = 1;
    Graph graph =
        oneConvolution(Constant.of(weights, 4, 3, 1, 1), Constant.of(new float[] {5, 7, 0, -3}, 4));
    Constant zeros = Constant.of(new float[3 * 4], 1, 3, 2, 2);

    for (Constant sample : List.of(zeros, gaussian(1, 3, 2, 2))) {
      Graph written = quantized(graph, ANY, sample).network().graph();
      double scale = constant(written, "x_scale").reals()[0];
      double[] expected = run(graph, sample).reals();
      double[] actual = run(written, sample).reals();
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(scale / 2 + 1e-6 + 0.5 / 127 * 4));
      }
    }
  }

  @Test
  void saysWhatIsWrongInOneSentence() {
    Graph graph = oneConvolution(gaussian(2, 3, 1, 1), gaussian(2));
    var quantizer = new Quantizer(Network.of(graph), engine, ANY);
    Constant notANumber = Constant.of(new float[] {0, Float.NaN, 0}, 1, 3, 1, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> quantizer.quantize(List.of(), (_, _, _) -> {}))
        .withMessage("there is no sample: ranges need at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> quantizer.quantize(List.of(Map.of("z", gaussian(1, 3, 1, 1))), (_, _, _) -> {}))
        .withMessage("sample 1 has no input \"x\"; it has [z]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                quantizer.quantize(
                    List.of(Map.of("x", gaussian(1, 3, 1, 1)), Map.of("x", notANumber)),
                    (_, _, _) -> {}))
        .withMessage("sample 2 has infinity or what is no number in its input \"x\"");
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    String first = b.node("Conv", List.of(x, b.constant(gaussian(4, 3, 1, 1))));
    b.output(b.node("Conv", List.of(first, b.constant(gaussian(2, 4, 1, 1)))));
    var equalizing = new Quantizer(Network.of(b.build()), engine, ANY);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                equalizing.quantize(
                    List.of(Map.of("x", gaussian(1, 3, 1, 1)), Map.of("z", notANumber)),
                    (_, _, _) -> {}))
        .withMessage("sample 2 has no input \"x\"; it has [z]");
    Network again = quantized(graph, ANY, gaussian(1, 3, 2, 2)).network();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Quantizer(again, engine, ANY)
                    .quantize(List.of(Map.of("x", gaussian(1, 3, 2, 2))), (_, _, _) -> {}))
        .withMessageStartingWith("the network is quantized already: it has QuantizeLinear");
    var old = new GraphBuilder(9);
    old.output(old.node("Relu", List.of(old.input("x", ElementType.FLOAT, PICTURE))));
    assertThatThrownBy(() -> quantized(old.build(), ANY, gaussian(1, 3, 2, 2)))
        .isInstanceOf(UnsupportedOperatorException.class)
        .hasMessageContaining("version 9")
        .hasMessageContaining("from 11 on");
  }

  /** A channel that becomes several is not equalized. */
  @Test
  void depthwiseConvolutionsMayGiveSeveralChannelsOfOne() {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, PICTURE);
    String first =
        b.node("Conv", List.of(x, b.constant(gaussian(4, 3, 1, 1)), b.constant(gaussian(4))));
    b.output(
        b.node(
            "Conv",
            List.of(first, b.constant(gaussian(8, 1, 3, 3))),
            Map.of("group", Attribute.of(4))));
    Constant sample = gaussian(1, 3, 8, 8);

    QuantizedNetwork quantized = quantized(b.build(), ANY, sample);

    assertThat(quantized.report().quantizedCount()).isEqualTo(2);
    assertThat(quantized.report().outputs().getFirst().decibels()).isGreaterThan(25);
  }

  @Test
  void refusesOptionsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ANY.withWeightBits(4))
        .withMessage("weights have 7 or 8 bits, not 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Calibration.percentile(50))
        .withMessageEndingWith("more than 50 and at most 100 but is 50.0");
    assertThatIllegalArgumentException().isThrownBy(() -> ANY.withLeastDecibels(Double.NaN));
  }

  @Test
  void tellsOfEachSampleOfEachPass() {
    Graph graph = oneConvolution(gaussian(2, 3, 1, 1), gaussian(2));
    List<Map<String, Constant>> samples = new ArrayList<>();
    samples.add(new LinkedHashMap<>(Map.of("x", gaussian(1, 3, 2, 2))));
    samples.add(new LinkedHashMap<>(Map.of("x", gaussian(1, 3, 3, 2))));
    List<String> told = new ArrayList<>();

    new Quantizer(Network.of(graph), engine, ANY)
        .quantize(samples, (what, pass, passes) -> told.add(what + " " + pass + " of " + passes));

    assertThat(told)
        .containsExactly(
            "ranges 1 of 5",
            "ranges 1 of 5",
            "layers 2 of 5",
            "layers 2 of 5",
            "biases 3 of 5",
            "biases 3 of 5",
            "biases 4 of 5",
            "biases 4 of 5",
            "outputs 5 of 5",
            "outputs 5 of 5");
  }
}

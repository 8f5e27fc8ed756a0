package io.github.conv4j.networks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Requantization;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.internal.definition.ReferenceExecutor;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.report.NetworkStep;
import io.github.conv4j.networks.report.NetworkVerdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers between QuantizeLinear and DequantizeLinear, and those of integers, on engines. */
class QuantizedNetworksTest {
  private static final int OPSET = 21;
  private static final ElementType U8 = ElementType.UINT8;
  private static final ElementType S8 = ElementType.INT8;
  private static final Map<String, Attribute> PADDED = Map.of("pads", Attribute.ofInts(1, 1, 1, 1));
  private static final String CONVOLUTION = "convolution";
  private static final String QUANTIZATION = "java:quantization";
  private static final String TABLE = "java:table";
  private static final String ELEMENTWISE = "java:elementwise";

  /** A pattern, with what runs of it: all that is neither a copy nor another order. */
  @SuppressWarnings("ImmutableEnumChecker") // a list that nobody changes, and a function
  enum Pattern {
    CONV(
        g -> {
          String x = g.pair(g.floats(1, 5, 7, 6), 0.02f, 120);
          String y = g.node("Conv", PADDED, x, g.perChannel(0, 9, 5, 3, 3), g.bias(0.02f, 9));
          return g.pair(y, 0.05f, 131);
        },
        QUANTIZATION,
        CONVOLUTION,
        QUANTIZATION),
    SIGNED_CONV_OF_ONE_SCALE(
        g -> {
          String x = g.dequantize(g.bytes(S8, 2, 4, 5, 6), S8, 0.02f, -7);
          String y = g.node("Conv", PADDED, x, g.constant(U8, 128, 3, 4, 3, 3));
          return g.quantize(y, S8, 0.05f, 3);
        },
        CONVOLUTION),
    CONV_WITH_ACTIVATION(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 8, 7, 6), U8, 0.02f, 128);
          String y = g.node("Conv", x, g.perChannel(0, 8, 8, 1, 1), g.bias(0.02f, 8));
          return g.quantize(g.node("HardSwish", y), U8, 0.01f, 20);
        },
        CONVOLUTION),
    DEPTHWISE(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 6, 7, 6), U8, 0.02f, 3);
          String y =
              g.node(
                  "Conv",
                  Map.of(
                      "group", Attribute.of(6),
                      "strides", Attribute.ofInts(2, 2),
                      "auto_pad", Attribute.of("SAME_UPPER")),
                  x,
                  g.perChannel(0, 6, 1, 3, 3),
                  g.bias(0.02f, 6));
          return g.quantize(g.node("Relu", y), U8, 0.01f, 0);
        },
        CONVOLUTION),
    CONV_TO_FLOATS(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 5, 7, 6), U8, 0.02f, 120);
          return g.node("Relu", g.node("Conv", PADDED, x, g.perChannel(0, 9, 5, 3, 3)));
        },
        CONVOLUTION),
    CONV_WITH_BIAS_OF_FLOATS(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 5, 7, 6), U8, 0.02f, 120);
          float[] bias = {0.3f, -2, 0.7f};
          String y =
              g.node(
                  "Conv",
                  x,
                  g.perChannel(0, 3, 5, 3, 3),
                  g.builder().constant(Constant.of(bias, 3)));
          return g.quantize(y, U8, 0.05f, 100);
        },
        CONVOLUTION),
    TRANSPOSED(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 5, 4, 6), U8, 0.02f, 120);
          String y =
              g.node(
                  "ConvTranspose",
                  Map.of("strides", Attribute.ofInts(2, 2)),
                  x,
                  g.perChannel(1, 5, 3, 2, 2),
                  g.bias(0.02f, 3));
          return g.quantize(y, U8, 0.05f, 100);
        },
        CONVOLUTION),
    SHARED(
        g -> {
          String x = g.pair(g.floats(1, 4, 5, 5), 0.02f, 128);
          String a = g.node("Conv", PADDED, x, g.perChannel(0, 4, 4, 3, 3), g.bias(0.02f, 4));
          String pair = g.pair(a, 0.05f, 128);
          String b = g.pair(g.node("Conv", pair, g.perChannel(0, 4, 4, 1, 1)), 0.05f, 100);
          return g.node("Add", g.node("Add", pair, b), x);
        },
        QUANTIZATION,
        CONVOLUTION,
        CONVOLUTION,
        ELEMENTWISE),
    /** Nobody reads the residual afterwards, so that floats would be added where it lies. */
    RESIDUAL_OF_FLOATS(
        g -> residualOfFloats(g, U8, 3), ELEMENTWISE, QUANTIZATION, CONVOLUTION, "java:reduction"),
    RESIDUAL_OF_FLOATS_TO_SIGNED(
        g -> residualOfFloats(g, S8, -100),
        ELEMENTWISE,
        QUANTIZATION,
        CONVOLUTION,
        "java:reduction"),
    GEMM(
        g -> {
          String x = g.dequantize(g.bytes(U8, 3, 5), U8, 0.02f, 120);
          String y =
              g.node(
                  "Gemm",
                  Map.of("transB", Attribute.of(1)),
                  x,
                  g.perChannel(0, 7, 5),
                  g.bias(0.02f, 7));
          return g.quantize(y, U8, 0.02f, 100);
        },
        CONVOLUTION),
    MATMUL(
        g -> {
          String x = g.dequantize(g.bytes(S8, 2, 3, 5), S8, 0.02f, 0);
          String y = g.node("MatMul", x, g.perChannel(1, 5, 7));
          return g.quantize(y, S8, 0.02f, 0);
        },
        CONVOLUTION),
    QLINEAR_CONV(
        g ->
            g.node(
                "QLinearConv",
                PADDED,
                g.bytes(U8, 1, 5, 7, 6),
                g.scalar(0.02f),
                g.zero(U8, 120),
                g.builder().constant(g.integers(S8, 9, 5, 3, 3)),
                g.scalar(0.01f),
                g.zero(S8, 0),
                g.scalar(0.04f),
                g.zero(U8, 99),
                g.builder().constant(g.integers(ElementType.INT32, 9))),
        CONVOLUTION),
    QLINEAR_MATMUL(
        g ->
            g.node(
                "QLinearMatMul",
                g.bytes(U8, 2, 3, 5),
                g.scalar(0.02f),
                g.zero(U8, 120),
                g.builder().constant(g.integers(U8, 5, 7)),
                g.scalar(0.01f),
                g.zero(U8, 128),
                g.scalar(0.04f),
                g.zero(U8, 99)),
        CONVOLUTION),
    CONV_INTEGER(
        g ->
            g.node(
                "ConvInteger",
                PADDED,
                g.bytes(U8, 1, 5, 7, 6),
                g.builder().constant(g.integers(S8, 9, 5, 3, 3)),
                g.zero(U8, 120)),
        CONVOLUTION),
    MATMUL_INTEGER(
        g ->
            g.node(
                "MatMulInteger",
                g.bytes(S8, 3, 5),
                g.builder().constant(g.integers(S8, 5, 7)),
                g.zero(S8, -3)),
        CONVOLUTION),
    MAXIMA(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 19, 7, 6), U8, 0.02f, 120);
          String y =
              g.node(
                  "MaxPool",
                  Map.of(
                      "kernel_shape", Attribute.ofInts(3, 3),
                      "strides", Attribute.ofInts(2, 2),
                      "pads", Attribute.ofInts(1, 1, 1, 1)),
                  x);
          return g.quantize(g.node("Conv", y, g.perChannel(0, 9, 19, 1, 1)), U8, 0.1f, 131);
        },
        "java:pooling",
        CONVOLUTION),
    MAXIMA_OF_SIGNED(
        g -> {
          String x = g.dequantize(g.bytes(S8, 2, 5, 9), S8, 0.02f, 12);
          String y = g.node("MaxPool", Map.of("kernel_shape", Attribute.ofInts(2)), x);
          return g.quantize(y, S8, 0.02f, 12);
        },
        "java:pooling"),
    MOVED(
        g -> {
          String x = g.dequantize(g.bytes(U8, 2, 6, 4), U8, 0.02f, 120);
          String turned = g.node("Transpose", Map.of("perm", Attribute.ofInts(0, 2, 1)), x);
          String flat =
              g.node("Reshape", turned, g.builder().constant(Constant.of(new long[] {8, 6}, 2)));
          return g.quantize(flat, U8, 0.02f, 120);
        }),
    CONCATENATED(
        g -> {
          String a = g.dequantize(g.bytes(U8, 1, 6, 4, 5), U8, 0.02f, 120);
          String b = g.dequantize(g.bytes(U8, 1, 3, 4, 5), U8, 0.03f, 110);
          String joined = g.node("Concat", Map.of("axis", Attribute.of(1)), a, b);
          return g.quantize(joined, U8, 0.03f, 110);
        },
        TABLE),
    CONCATENATED_CONVOLUTIONS(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 6, 4, 5), U8, 0.02f, 120);
          String a = g.node("Conv", x, g.perChannel(0, 4, 6, 1, 1));
          String b = g.node("Conv", x, g.perChannel(0, 8, 6, 1, 1));
          String joined = g.node("Concat", Map.of("axis", Attribute.of(1)), a, b);
          return g.quantize(joined, U8, 0.05f, 110);
        },
        CONVOLUTION,
        CONVOLUTION),
    JOINED(
        g -> {
          String small = g.dequantize(g.bytes(U8, 2, 8, 4, 5), U8, 0.02f, 120);
          String larger = repeated(g, small);
          String a = g.dequantize(g.quantize(larger, U8, 0.02f, 120), U8, 0.02f, 120);
          String b = g.dequantize(g.bytes(U8, 2, 24, 8, 15), U8, 0.02f, 120);
          String joined = g.node("Concat", Map.of("axis", Attribute.of(1)), a, b);
          return g.quantize(joined, U8, 0.02f, 120);
        },
        "java:resampling"),
    REPEATED(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 6, 4, 5), U8, 0.02f, 120);
          String larger = repeated(g, x);
          return g.quantize(larger, U8, 0.02f, 120);
        }),
    FUNCTION(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 6, 40, 50), U8, 0.05f, 120);
          return g.quantize(g.node("Sigmoid", x), U8, 1 / 256f, 0);
        },
        TABLE),
    GATED_BY_ITSELF(
        g -> {
          String x = g.dequantize(g.bytes(S8, 3, 500), S8, 0.05f, 3);
          String gate = g.pair(g.node("Sigmoid", x), 1 / 256f, 0);
          return g.quantize(g.node("Mul", x, gate), S8, 0.02f, -5);
        },
        TABLE),
    OTHER_SCALE(
        g -> {
          String x = g.dequantize(g.bytes(U8, 3, 500), U8, 0.05f, 3);
          return g.quantize(x, S8, 0.0937f, -5);
        },
        TABLE),
    RESIDUAL(
        g -> {
          String a = g.dequantize(g.bytes(U8, 2, 7, 30, 41), U8, 0.05f, 120);
          String b = g.dequantize(g.bytes(S8, 2, 7, 30, 41), S8, 0.03f, 2);
          return g.quantize(g.node("Relu", g.node("Add", a, b)), U8, 0.0413f, 0);
        },
        ELEMENTWISE),
    GATED_CHANNELS(
        g -> {
          String x = g.dequantize(g.bytes(U8, 1, 21, 30, 41), U8, 0.05f, 120);
          String gate = g.dequantize(g.bytes(U8, 1, 21, 1, 1), U8, 1 / 256f, 0);
          return g.quantize(g.node("Mul", x, gate), U8, 0.04f, 128);
        },
        ELEMENTWISE),
    MEAN_OF_FLOATS(
        g -> {
          String x = g.dequantize(g.bytes(S8, 2, 19, 7, 6), S8, 0.05f, 12);
          return g.node("GlobalAveragePool", x);
        },
        "java:reduction"),
    SQUEEZE_AND_EXCITATION(
        g -> {
          String x = g.pair(g.floats(1, 8, 9, 7), 0.02f, 128);
          String y = g.node("Conv", PADDED, x, g.perChannel(0, 8, 8, 3, 3), g.bias(0.02f, 8));
          String wide = g.pair(g.node("HardSwish", y), 0.03f, 9);
          String mean = g.pair(g.node("GlobalAveragePool", wide), 0.02f, 9);
          String less = g.node("Relu", g.node("Conv", mean, g.perChannel(0, 4, 8, 1, 1)));
          String more = g.node("Conv", g.pair(less, 0.02f, 0), g.perChannel(0, 8, 4, 1, 1));
          String gate = g.pair(g.node("HardSigmoid", g.pair(more, 0.03f, 120)), 1 / 256f, 0);
          return g.pair(g.node("Mul", wide, gate), 0.03f, 20);
        },
        QUANTIZATION,
        CONVOLUTION,
        "java:reduction",
        CONVOLUTION,
        CONVOLUTION,
        TABLE,
        ELEMENTWISE,
        QUANTIZATION);

    private final Making made;
    private final List<String> runs;

    Pattern(Making made, String... runs) {
      this.made = made;
      this.runs = List.of(runs);
    }

    private static String residualOfFloats(QuantizedGraph g, ElementType type, int zeroPoint) {
      String y = g.node("Sigmoid", g.floats(1, 16, 9, 9));
      String bytes = g.dequantize(g.quantize(y, type, 0.005f, zeroPoint), type, 0.005f, zeroPoint);
      String sum = g.node("Add", g.node("Conv", bytes, g.perChannel(0, 16, 16, 1, 1)), y);
      return g.node("GlobalAveragePool", sum);
    }

    QuantizedGraph graph() {
      var graph = new QuantizedGraph(OPSET);
      return graph.output(made.apply(graph));
    }
  }

  /** Adds a pattern to a graph; returns the value that the graph gives. */
  private interface Making {
    String apply(QuantizedGraph graph);
  }

  private static Engine engine(String name) {
    return Engines.named(name, EngineOptions.defaults().withThreads(2));
  }

  private static List<NetworkStep> steps(
      QuantizedGraph graph, Engine engine, NetworkOptions options) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    graph.inputs().forEach((name, values) -> dims.put(name, values.dims()));
    try (PreparedNetwork prepared = Network.of(graph.graph()).prepare(engine, dims, options)) {
      return prepared.steps();
    }
  }

  /** Repeats rows twice and columns three times. */
  private static String repeated(QuantizedGraph g, String image) {
    return g.node(
        "Resize",
        Map.of(
            "mode", Attribute.of("nearest"),
            "nearest_mode", Attribute.of("floor"),
            "coordinate_transformation_mode", Attribute.of("asymmetric")),
        image,
        "",
        g.builder().constant(Constant.of(new float[] {1, 1, 2, 3}, 4)));
  }

  /** All but copies, convolutions of integers by one name. */
  private static List<String> runs(List<NetworkStep> steps) {
    return steps.stream()
        .map(step -> step.problem().contains("8:s8:") ? CONVOLUTION : step.implementation())
        .filter(implementation -> !implementation.equals("java:copy"))
        .toList();
  }

  private static NetworkVerdict verify(
      QuantizedGraph graph, Engine engine, NetworkOptions options) {
    return new NetworkVerifier(Network.of(graph.graph()), engine, options)
        .verify(graph.inputs(), _ -> {});
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void integersStayIntegers(String name) {
    try (Engine engine = engine(name)) {
      for (Pattern pattern : Pattern.values()) {
        QuantizedGraph graph = pattern.graph();
        assertThat(runs(steps(graph, engine, NetworkOptions.defaults())))
            .as(pattern.toString())
            .containsExactlyInAnyOrderElementsOf(pattern.runs);
        NetworkVerdict verdict = verify(graph, engine, NetworkOptions.defaults());
        assertThat(verdict.firstDivergence()).as(pattern.toString()).isEmpty();
        assertThat(verdict.tensors()).as(pattern.toString()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantized",
        "quantized-outputs",
        "integer-movements",
        "byte-tables",
        "integer-functions",
        "joined-images",
        "pointwise"
      })
  void isRightWithoutAPass(String pass) {
    NetworkOptions options = NetworkOptions.defaults().withoutPass(pass);
    try (Engine engine = engine("vector")) {
      for (Pattern pattern : Pattern.values()) {
        NetworkVerdict verdict = verify(pattern.graph(), engine, options);
        assertThat(verdict.firstDivergence()).as(pattern.toString()).isEmpty();
        assertThat(verdict.tensors()).as(pattern.toString()).isNotEmpty();
      }
    }
  }

  /** Pixels of a multiple of four bytes are joined by one copy, others by one for each part. */
  @ParameterizedTest
  @CsvSource({"8, 1", "6, 2"})
  void bytesAreJoinedByOneCopyWhereFourAreMovedAtATime(long channels, int copies) {
    var g = new QuantizedGraph(OPSET);
    String x = joinable(g, 4);
    String y = joinable(g, channels);
    String joined = g.node("Concat", Map.of("axis", Attribute.of(3)), x, y);
    g.output(g.quantize(joined, U8, 0.02f, 120));
    try (Engine engine = engine("vector")) {
      assertThat(steps(g, engine, NetworkOptions.defaults()))
          .filteredOn(step -> step.node().startsWith("Concat"))
          .hasSize(copies);
      assertThat(verify(g, engine, NetworkOptions.defaults()).firstDivergence()).isEmpty();
    }
  }

  /** Bytes in the order of an image's pixels. */
  private static String joinable(QuantizedGraph g, long channels) {
    return g.dequantize(g.bytes(U8, 2, 4, 5, channels), U8, 0.02f, 120);
  }

  @Test
  void planesOfColoursAreNotPutInOrderBefore() {
    var g = new QuantizedGraph(OPSET);
    String x = g.pair(g.floats(2, 3, 9, 11), 0.03f, 120);
    String y = g.node("Conv", x, g.perChannel(0, 5, 3, 3, 3));
    String bytes = g.quantize(y, U8, 0.5f, 110);
    g.output(bytes);
    try (Engine engine = engine("vector")) {
      assertThat(runs(steps(g, engine, NetworkOptions.defaults())))
          .containsExactly(QUANTIZATION, CONVOLUTION);
      assertThat(steps(g, engine, NetworkOptions.defaults()))
          .filteredOn(step -> step.implementation().equals("java:copy"))
          .singleElement()
          .satisfies(step -> assertThat(step.detail()).startsWith(bytes));
      assertThat(verify(g, engine, NetworkOptions.defaults()).firstDivergence()).isEmpty();
    }
  }

  /** Sums of which every second is about in the middle of two integers: each float counts. */
  @Test
  void nothingIsFusedWhereThatIsNotPermitted() {
    var g = new QuantizedGraph(OPSET);
    String a = g.bytes(U8, 2, 7, 30, 41);
    String b = g.bytes(U8, 2, 7, 30, 41);
    String sum = g.node("Add", g.dequantize(a, U8, 0.1f, 120), g.dequantize(b, U8, 0.1f, 110));
    g.output(g.quantize(sum, U8, 0.2f, 128));
    double[] x = Values.of(requireNonNull(g.inputs().get(a))).asReals();
    double[] y = Values.of(requireNonNull(g.inputs().get(b))).asReals();
    double[] wanted = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      float added = (float) (x[i] - 120) * 0.1f + (float) (y[i] - 110) * 0.1f;
      wanted[i] = Math.clamp(Math.rint(added / 0.2f) + 128, 0, 255);
    }
    try (Engine engine = engine("vector")) {
      NetworkOptions exact = NetworkOptions.defaults().withRequantization(Requantization.EXACT);
      assertThat(run(g, engine, exact).asReals()).isEqualTo(wanted);
      assertThat(run(g, engine, NetworkOptions.defaults()).asReals()).isNotEqualTo(wanted);
    }
  }

  /** Outputs of one layer are the definition's but for what is near the middle of two integers. */
  @ParameterizedTest
  @EnumSource
  void integersAreTheDefinitions(Pattern pattern) {
    QuantizedGraph graph = pattern.graph();
    double[] wanted = defined(graph);
    try (Engine engine = engine("vector")) {
      double[] actual = run(graph, engine, NetworkOptions.defaults()).asReals();
      double quantum = pattern == Pattern.CONV ? 0.05 : 1;
      long different = 0;
      for (int i = 0; i < wanted.length; i++) {
        double error = Math.abs(actual[i] - wanted[i]);
        different += error > 1e-4 ? 1 : 0;
        assertThat(error).as("%s at %d", pattern, i).isLessThanOrEqualTo(quantum * 1.001);
      }
      assertThat(different).isLessThanOrEqualTo(1 + wanted.length / 500);
      assertThat(Arrays.stream(wanted).distinct().count()).isGreaterThan(10);
    }
  }

  private static double[] defined(QuantizedGraph graph) {
    Map<String, Values> inputs = new LinkedHashMap<>();
    graph.inputs().forEach((name, constant) -> inputs.put(name, Values.of(constant)));
    Graph built = graph.graph();
    Map<String, Values> outputs = new ReferenceExecutor(built).run(inputs);
    return requireNonNull(outputs.get(built.outputs().getFirst().name())).asReals();
  }

  private static Values run(QuantizedGraph graph, Engine engine, NetworkOptions options) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    graph.inputs().forEach((name, values) -> dims.put(name, values.dims()));
    try (Arena arena = Arena.ofConfined();
        PreparedNetwork prepared = Network.of(graph.graph()).prepare(engine, dims, options)) {
      NetworkCall call = prepared.call();
      graph
          .inputs()
          .forEach(
              (name, values) ->
                  call.input(
                      name, arena.allocate(values.data().byteSize(), 64).copyFrom(values.data())));
      String output = prepared.outputs().getFirst();
      PreparedNetwork.Type type = prepared.type(output);
      MemorySegment dst = arena.allocate(type.byteSize(), 64);
      call.output(output, dst).execute();
      long[] shape = type.dims().stream().mapToLong(Long::longValue).toArray();
      return Values.of(new Constant(type.element(), shape, dst));
    }
  }
}

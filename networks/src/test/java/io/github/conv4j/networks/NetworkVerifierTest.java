package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.comparison.Comparison;
import io.github.conv4j.networks.internal.comparison.Observed;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.permission.Permissions;
import io.github.conv4j.networks.report.NetworkStep;
import io.github.conv4j.networks.report.NetworkVerdict;
import io.github.conv4j.networks.report.TensorVerdict;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkVerifierTest {
  private static final NetworkStep STEP = new NetworkStep("Conv", "somebody", "", "");

  private final SplittableRandom random = new SplittableRandom(3);

  private Constant gaussian(long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Constant.of(values, dims);
  }

  /** A residual block with a gate, then classes and which is the best. */
  private Graph graph() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(3),
            new Dim.Symbol("h"),
            new Dim.Symbol("w"));
    String stem =
        b.node(
            "Relu",
            List.of(
                b.node(
                    "Conv",
                    List.of(x, b.constant(gaussian(8, 3, 3, 3)), b.constant(gaussian(8))),
                    Map.of("pads", new Attribute.Ints(List.of(1L, 1L, 1L, 1L))))));
    String gate = b.node("Sigmoid", List.of(b.node("GlobalAveragePool", List.of(stem))));
    String gated = b.node("Add", List.of(b.node("Mul", List.of(stem, gate)), stem));
    String flat = b.node("Flatten", List.of(b.node("GlobalMaxPool", List.of(gated))));
    String scores = b.node("MatMul", List.of(flat, b.constant(gaussian(8, 5))));
    b.output(b.node("Softmax", List.of(scores)));
    b.output(b.node("ArgMax", List.of(scores), Map.of("axis", new Attribute.Int(1))));
    return b.build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "onednn", "reference"})
  void enginesAgreeOnEveryTensor(String name) {
    Graph graph = graph();
    List<Node> visited = new ArrayList<>();
    try (Engine engine = Engines.named(name)) {
      var verifier = new NetworkVerifier(Network.of(graph), engine, NetworkOptions.defaults());
      NetworkVerdict verdict = verifier.verify(Map.of("x", gaussian(1, 3, 9, 7)), visited::add);

      assertThat(verdict.firstDivergence()).isEmpty();
      assertThat(verdict.passed()).isTrue();
      assertThat(verdict.tensors())
          .extracting(TensorVerdict::value)
          .contains(graph.outputs().getFirst().name(), graph.outputs().getLast().name());
      assertThat(verdict.tensors())
          .allSatisfy(tensor -> assertThat(tensor.worst()).isLessThanOrEqualTo(1));
      assertThat(visited).hasSameSizeAs(graph.nodes());
    }
  }

  /**
   * Each of 144 equal additions to a shift that a convolution takes in is rounded the same way, to
   * digits of the shift and not of the sum.
   */
  @ParameterizedTest
  @ValueSource(strings = {"vector", "onednn"})
  void sumsMayBeginWithAShift(String name) {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, dims(1, 16, 8, 8));
    float[] weights = new float[16 * 16 * 9];
    Arrays.fill(weights, 0.01f);
    String sum = b.node("Conv", List.of(x, b.constant(Constant.of(weights, 16, 16, 3, 3))));
    float[] shift = new float[16];
    Arrays.fill(shift, -1000);
    // Folded before it is taken in.
    String folded = b.node("Neg", List.of(b.constant(Constant.of(shift, 1, 16, 1, 1))));
    b.output(b.node("Add", List.of(sum, folded)));
    float[] src = new float[16 * 64];
    Arrays.fill(src, 0.1f);
    try (Engine engine = Engines.named(name)) {
      var verifier = new NetworkVerifier(Network.of(b.build()), engine, NetworkOptions.defaults());
      NetworkVerdict verdict = verifier.verify(Map.of("x", Constant.of(src, 1, 16, 8, 8)), _ -> {});
      assertThat(verdict.firstDivergence()).isEmpty();
    }
  }

  /** One convolution and what somebody says that it gives. */
  private static NetworkVerdict claimed(double error) {
    return claimed(error, FpmathMode.STRICT);
  }

  private static NetworkVerdict claimed(double error, FpmathMode fpmathMode) {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, dims(1, 2, 1, 2));
    float[] weights = {3, 5};
    b.output(b.node("Conv", List.of(x, b.constant(Constant.of(weights, 1, 2, 1, 1)))));
    Graph graph = b.build();
    Map<String, Constant> inputs =
        Map.of("x", Constant.of(new float[] {1, 2, 0.125f, 4}, 1, 2, 1, 2));
    float[] claimed = {3.625f, (float) (26 + error)};
    var observed =
        new Observed(graph.outputs().getFirst().name(), STEP, Constant.of(claimed, 1, 1, 1, 2));
    return new Comparison(graph, false, new Permissions(fpmathMode, Requantization.EXACT), _ -> {})
        .run(inputs, List.of(observed));
  }

  private static Dim[] dims(long... sizes) {
    Dim[] dims = new Dim[sizes.length];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = new Dim.Fixed(sizes[i]);
    }
    return dims;
  }

  @Test
  void findsErrorsBeyondTheBound() {
    assertThat(claimed(0).passed()).isTrue();
    // 26 * gamma(10) is 1.6e-5.
    assertThat(claimed(4e-6).passed()).isTrue();
    assertThat(claimed(4e-5).firstDivergence())
        .hasValueSatisfying(
            wrong -> {
              assertThat(wrong.wrongCount()).isEqualTo(1);
              assertThat(wrong.elementCount()).isEqualTo(2);
              assertThat(wrong.difference()).startsWith("at [0, 0, 0, 1]: 26.0000");
              assertThat(wrong.step()).isEqualTo(STEP);
            });
    assertThat(claimed(Double.NaN).passed()).isFalse();
  }

  /**
   * Two roundings of 2^-8 of each product: 26 * 2^-7 is 0.203, and the sum is rounded as before.
   */
  @Test
  void permitsWhatRoundingToBf16Moves() {
    assertThat(claimed(0.203, FpmathMode.BF16).passed()).isTrue();
    assertThat(claimed(-0.203, FpmathMode.BF16).passed()).isTrue();
    assertThat(claimed(0.204, FpmathMode.BF16).passed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vector", "onednn", "reference"})
  void fpmathIsOfAllConvolutionsAndSaidOnce(String name) {
    var options = NetworkOptions.defaults().withFpmathMode(FpmathMode.BF16);
    try (Engine engine = Engines.named(name)) {
      var network = Network.of(graph());
      var verifier = new NetworkVerifier(network, engine, options);
      assertThat(verifier.verify(Map.of("x", gaussian(1, 3, 9, 7)), _ -> {}).passed()).isTrue();
      try (PreparedNetwork prepared =
          network.prepare(engine, Map.of("x", new long[] {1, 3, 9, 7}), options)) {
        assertThat(prepared.steps())
            .filteredOn(step -> !step.problem().isEmpty())
            .hasSize(2)
            .allSatisfy(step -> assertThat(step.problem()).contains("_fpmath/bf16/"));
        // Some CPUs gain by it in engine onednn.
        assertThat(prepared.warnings())
            .filteredOn(s -> s.contains("fpmath bf16"))
            .hasSizeBetween(name.equals("onednn") ? 0 : 1, 1);
      }
    }
  }

  /** A convolution of integers of which somebody claims results; 0.5 * 127 is near a middle. */
  private static NetworkVerdict claimedIntegers(boolean linear, long... claimed) {
    return claimedIntegers(linear, Permissions.NONE, 2, 0, claimed);
  }

  private static NetworkVerdict claimedIntegers(
      boolean linear, Permissions permissions, float scale, int zeroPoint, long... claimed) {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.UINT8, dims(1, 1, 1, 4));
    String zero = b.constant(bytes(ElementType.UINT8, dims(), 0));
    String weights = b.constant(bytes(ElementType.INT8, dims(1, 1, 1, 1), 1));
    String zeroOfWeights = b.constant(bytes(ElementType.INT8, dims(), 0));
    String one = b.constant(Constant.of(new float[] {1}));
    String two = b.constant(Constant.of(new float[] {scale}));
    String last = b.constant(bytes(ElementType.UINT8, dims(), zeroPoint));
    b.output(
        linear
            ? b.node("QLinearConv", List.of(x, one, zero, weights, one, zeroOfWeights, two, last))
            : b.node(
                "QuantizeLinear",
                List.of(
                    b.node(
                        "Conv",
                        List.of(
                            b.node("DequantizeLinear", List.of(x, one, zero)),
                            b.node("DequantizeLinear", List.of(weights, one, zeroOfWeights)))),
                    two,
                    last)));
    Graph graph = b.build();
    var observed =
        new Observed(
            graph.outputs().getFirst().name(),
            STEP,
            bytes(ElementType.UINT8, dims(1, 1, 1, 4), claimed));
    return new Comparison(graph, false, permissions, _ -> {})
        .run(
            Map.of("x", bytes(ElementType.UINT8, dims(1, 1, 1, 4), 10, 127, 128, 255)),
            List.of(observed));
  }

  private static Constant bytes(ElementType type, Dim[] dims, long... values) {
    long[] sizes = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      sizes[i] = dims[i] instanceof Dim.Fixed(long size) ? size : 0;
    }
    return Values.of(new TensorType(type, sizes), values).toConstant();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void permitsOneQuantumWhereAValueIsBetweenTwoIntegers(boolean linear) {
    assertThat(claimedIntegers(linear, 5, 64, 64, 128).passed()).isTrue();
    assertThat(claimedIntegers(linear, 5, 63, 64, 127).passed()).isTrue();
    assertThat(claimedIntegers(linear, 6, 64, 64, 128).passed()).isFalse();
    assertThat(claimedIntegers(linear, 5, 64, 65, 128).passed()).isFalse();
    assertThat(claimedIntegers(linear, 5, 62, 64, 128).passed()).isFalse();
  }

  /** 127 are 63.499992 of the steps that are nearly 2, and 63.4994 of the larger ones. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fusedRequantizationMovesWhatIsNearTheMiddleAlone(boolean linear) {
    var fused = new Permissions(FpmathMode.STRICT, Requantization.FUSED);
    float nearly = Math.nextUp(2f);
    assertThat(claimedIntegers(linear, fused, nearly, 101, 106, 164, 165, 228).passed()).isTrue();
    assertThat(claimedIntegers(linear, fused, nearly, 101, 106, 165, 165, 228).passed()).isTrue();
    assertThat(claimedIntegers(linear, fused, nearly, 101, 106, 166, 165, 228).passed()).isFalse();
    assertThat(claimedIntegers(linear, fused, nearly, 101, 106, 164, 164, 228).passed()).isFalse();
    assertThat(claimedIntegers(linear, fused, 2.00002f, 101, 106, 165, 165, 228).passed())
        .isFalse();
  }

  @Test
  void profilesSteps() {
    try (Engine engine = Engines.named("vector");
        PreparedNetwork prepared =
            Network.of(graph())
                .prepare(engine, Map.of("x", new long[] {1, 3, 9, 7}), NetworkOptions.defaults());
        Arena arena = Arena.ofShared()) {
      NetworkCall call = prepared.call().input("x", arena.allocate(4 * 3 * 9 * 7, 64));
      for (String output : prepared.outputs()) {
        call.output(output, arena.allocate(prepared.type(output).byteSize(), 64));
      }
      NetworkProfile profile = prepared.profile(call, 5);

      assertThat(profile.steps()).isEqualTo(prepared.steps()).isNotEmpty();
      assertThat(profile.nanos()).hasSameSizeAs(profile.steps()).allMatch(nanos -> nanos >= 0);
      assertThat(profile.totalNanos()).isPositive();
      double shares = 0;
      for (int i = 0; i < profile.steps().size(); i++) {
        shares += profile.share(i);
      }
      assertThat(shares).isBetween(0.999, 1.001);
      assertThatIllegalArgumentException().isThrownBy(() -> prepared.profile(call, 0));
    }
  }

  @Test
  void refusesChannelsLast() {
    try (Engine engine = Engines.named("reference")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  new NetworkVerifier(
                      Network.of(graph()), engine, NetworkOptions.defaults().withChannelsLast("x")))
          .withMessageContaining("row-major");
    }
  }
}

package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.onnx.ModelWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ONNX Runtime's operators on integers, from files; all scales are powers of two. */
class QLinearOperatorsTest {
  private static final int CHANNELS = 5;
  private static final int PIXELS = 4 * 4;
  private static final int COUNT = CHANNELS * PIXELS;

  private final byte[] a = bytes(1);
  private final byte[] b = bytes(2);

  private static byte[] bytes(long seed) {
    byte[] bytes = new byte[COUNT];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  private static double value(byte bits, double scale, int zeroPoint) {
    return ((bits & 0xff) - zeroPoint) * scale;
  }

  private static int quantized(double value, double scale, int zeroPoint) {
    return (int) Math.clamp(Math.rint(value / scale) + zeroPoint, 0, 255);
  }

  /** A network of one such node, which reads two values of scales 0.5 and 0.25. */
  private static Network network(
      String operator, boolean ofTwo, Map<String, Attribute> attributes) {
    Map<String, Constant> constants = new LinkedHashMap<>();
    constants.put("half", Constant.of(new float[] {0.5f}));
    constants.put("quarter", Constant.of(new float[] {0.25f}));
    constants.put("two", Constant.of(new float[] {2}));
    constants.put("z3", zeroPoint(3));
    constants.put("z128", zeroPoint(128));
    constants.put("z7", zeroPoint(7));
    List<String> inputs = new ArrayList<>();
    if (operator.equals("QLinearConcat")) {
      inputs.addAll(List.of("two", "z7"));
    }
    inputs.addAll(List.of("a", "half", "z3"));
    if (ofTwo) {
      inputs.addAll(List.of("b", "quarter", "z128"));
    }
    if (!operator.equals("QLinearConcat")) {
      inputs.addAll(List.of("two", "z7"));
    }
    Node node = new Node("q", "com.microsoft", operator, inputs, List.of("y"), attributes);
    Dim[] dims = {new Dim.Fixed(1), new Dim.Fixed(CHANNELS), new Dim.Fixed(4), new Dim.Fixed(4)};
    List<ValueInfo> given = new ArrayList<>();
    given.add(new ValueInfo("a", ElementType.UINT8, List.of(dims)));
    if (ofTwo) {
      given.add(new ValueInfo("b", ElementType.UINT8, List.of(dims)));
    }
    var graph =
        new Graph(
            "g", 13, given, List.of(new ValueInfo("y", null, null)), constants, List.of(node));
    return Network.read(ModelWriter.bytes(graph));
  }

  private static Constant zeroPoint(int value) {
    return new Constant(
        ElementType.UINT8, new long[0], MemorySegment.ofArray(new byte[] {(byte) value}));
  }

  private byte[] run(Network network, String engineName) {
    try (Engine engine = Engines.named(engineName);
        PreparedNetwork prepared = network.prepare(engine);
        Arena arena = Arena.ofShared()) {
      NetworkCall call = prepared.call();
      for (String name : prepared.inputs()) {
        MemorySegment bytes = arena.allocate(COUNT, 64);
        call.input(name, bytes.copyFrom(MemorySegment.ofArray(name.equals("a") ? a : b)));
      }
      MemorySegment y = arena.allocate(prepared.type("y").byteSize(), 64);
      call.output("y", y).execute();
      return y.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void sumsAndProductsAreRoundedOnce(String engine) {
    Map<String, DoubleBinaryOperator> operators =
        Map.of("QLinearAdd", Double::sum, "QLinearMul", (x, y) -> x * y);
    operators.forEach(
        (name, operator) -> {
          byte[] y = run(network(name, true, Map.of()), engine);
          for (int i = 0; i < COUNT; i++) {
            double exact = operator.applyAsDouble(value(a[i], 0.5, 3), value(b[i], 0.25, 128));
            assertThat(y[i] & 0xff).as("%s at %d", name, i).isEqualTo(quantized(exact, 2, 7));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void whatIsJoinedHasOneScaleBehind(String engine) {
    byte[] y = run(network("QLinearConcat", true, Map.of("axis", Attribute.of(1))), engine);
    for (int i = 0; i < COUNT; i++) {
      assertThat(y[i] & 0xff).isEqualTo(quantized(value(a[i], 0.5, 3), 2, 7));
      assertThat(y[COUNT + i] & 0xff).isEqualTo(quantized(value(b[i], 0.25, 128), 2, 7));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void meansAndSlopesAreOfTheValues(String engine) {
    byte[] means = run(network("QLinearGlobalAveragePool", false, Map.of()), engine);
    assertThat(means).hasSize(CHANNELS);
    for (int c = 0; c < CHANNELS; c++) {
      double sum = 0;
      for (int i = 0; i < PIXELS; i++) {
        sum += value(a[c * PIXELS + i], 0.5, 3);
      }
      assertThat(means[c] & 0xff).isEqualTo(quantized(sum / PIXELS, 2, 7));
    }
    byte[] slopes =
        run(network("QLinearLeakyRelu", false, Map.of("alpha", Attribute.of(0.25f))), engine);
    for (int i = 0; i < COUNT; i++) {
      double x = value(a[i], 0.5, 3);
      assertThat(slopes[i] & 0xff).isEqualTo(quantized(x < 0 ? 0.25 * x : x, 2, 7));
    }
  }

  @Test
  void nodesAreThoseOfOnnx() {
    Network network = network("QLinearAdd", true, Map.of());

    assertThat(network.nodes()).allMatch(node -> node.domain().isEmpty());
    assertThat(network.nodes().stream().map(Node::operator))
        .containsExactly("DequantizeLinear", "DequantizeLinear", "Add", "QuantizeLinear");
    assertThat(network.nodes().stream().map(Node::name)).doesNotHaveDuplicates();
  }

  @Test
  void whatIsNotKnownIsRefusedByItsName() {
    Network channelsLast =
        network("QLinearGlobalAveragePool", false, Map.of("channels_last", Attribute.of(1)));
    try (Engine engine = Engines.named("reference")) {
      assertThatThrownBy(() -> channelsLast.prepare(engine))
          .isInstanceOf(UnsupportedOperatorException.class)
          .hasMessageContaining("QLinearGlobalAveragePool");
    }
  }
}

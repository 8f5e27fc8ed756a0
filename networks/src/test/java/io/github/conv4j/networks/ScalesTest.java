package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.report.NetworkStep;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Products and sums a channel that no convolution takes in. */
class ScalesTest {
  private static final String PASS = "scales";
  private static final String CHAIN = "java:elementwise";

  private final IntegerGraph graph = new IntegerGraph();

  private String scaled(String src, long channels) {
    String product = graph.node("Mul", src, graph.weights(1, channels, 1, 1));
    return graph.node("Add", product, graph.weights(1, channels, 1, 1));
  }

  private void assertTaken(int count) {
    graph.assertExact(
        PASS,
        count,
        steps -> assertThat(steps).noneMatch(step -> step.implementation().equals(CHAIN)));
  }

  private void assertLeft() {
    graph.assertExact(
        PASS, 0, steps -> assertThat(steps).anyMatch(step -> step.implementation().equals(CHAIN)));
  }

  @Test
  void beforeAnActivation() {
    graph.output(graph.node("Relu", scaled(graph.input("x", 1, 37, 5, 7), 37)));
    assertTaken(1);
  }

  @Test
  void ofSeveralImages() {
    graph.output(scaled(graph.input("x", 3, 16, 4, 3), 16));
    assertTaken(1);
  }

  @Test
  void withAResidual() {
    String x = graph.input("x", 1, 24, 6, 5);
    graph.output(
        graph.node("Relu", graph.node("Add", scaled(x, 24), graph.input("y", 1, 24, 6, 5))));
    assertTaken(1);
  }

  @Test
  void betweenImagesThatAreJoinedAndAConvolution() {
    Map<String, Attribute> channels = Map.of("axis", new Attribute.Int(1));
    String joined =
        graph.node(
            "Concat",
            List.of(graph.input("x", 1, 8, 6, 5), graph.input("y", 1, 9, 6, 5)),
            channels);
    String relu = graph.node("Relu", scaled(joined, 17));
    graph.output(graph.convolution(relu, Map.of(), 5, 17, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofANormalization() {
    String x = graph.input("x", 1, 16, 6, 5);
    float[] four = new float[16];
    Arrays.fill(four, 4);
    String normalized =
        graph.node(
            "BatchNormalization",
            List.of(
                x,
                graph.weights(16),
                graph.weights(16),
                graph.weights(16),
                graph.constant(Constant.of(four, 16))),
            Map.of("epsilon", new Attribute.Real(0)));
    graph.output(graph.node("Relu", normalized));
    assertTaken(1);
  }

  /** The depthwise convolution is then given a tensor with one number a channel at each run. */
  @Test
  void beforeAGate() {
    String scaled = scaled(graph.input("x", 1, 16, 6, 5), 16);
    graph.output(graph.node("Mul", scaled, graph.input("gate", 1, 16, 1, 1)));
    assertTaken(1);
  }

  @Test
  void ofALineAndOfAVolume() {
    String line = graph.node("Mul", graph.input("x", 1, 8, 13), graph.weights(1, 8, 1));
    graph.output(graph.node("Relu", graph.node("Add", line, graph.weights(1, 8, 1))));
    String volume = graph.node("Mul", graph.input("y", 1, 9, 3, 2, 4), graph.weights(9, 1, 1, 1));
    graph.output(graph.node("Relu", graph.node("Add", volume, graph.weights(9, 1, 1, 1))));
    assertTaken(2);
  }

  /** Bytes become bytes in one step. */
  @Test
  void notBetweenBytes() {
    String one = graph.constant(Constant.of(new float[] {1}));
    String bytes = graph.node("QuantizeLinear", graph.input("x", 1, 16, 6, 5), one);
    String relu = graph.node("Relu", scaled(graph.node("DequantizeLinear", bytes, one), 16));
    String back = graph.node("QuantizeLinear", relu, one);
    graph.output(graph.node("DequantizeLinear", back, one));
    graph.assertExact(PASS, 0, steps -> assertThat(steps).noneMatch(ScalesTest::isLayer));
  }

  private static boolean isLayer(NetworkStep step) {
    return !step.problem().isEmpty();
  }

  @Test
  void notOfFewChannels() {
    graph.output(graph.node("Relu", scaled(graph.input("x", 1, 3, 6, 5), 3)));
    assertLeft();
  }

  @Test
  void notOfOneNumberForAll() {
    String product = graph.node("Mul", graph.input("x", 1, 16, 6, 5), graph.weights(1));
    graph.output(graph.node("Add", product, graph.weights(1, 16, 1, 1)));
    assertLeft();
  }

  @Test
  void notWhatIsGivenAtEachRun() {
    String product =
        graph.node("Mul", graph.input("x", 1, 16, 6, 5), graph.input("gate", 1, 16, 1, 1));
    graph.output(graph.node("Add", product, graph.weights(1, 16, 1, 1)));
    assertLeft();
  }
}

package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.report.NetworkStep;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Means of what pointwise convolutions give, of 16 pixels: exact too. */
class MeansTest {
  private static final String PASS = "means";
  private static final String CHAIN = "java:elementwise";

  private final IntegerGraph graph = new IntegerGraph();

  private String image(long channels) {
    return graph.input("x", 1, channels, 4, 4);
  }

  private String pointwise(String src, long oc, long ic) {
    return graph.convolution(src, Map.of(), oc, ic, 1, 1);
  }

  private String mean(String image) {
    return graph.node("GlobalAveragePool", image);
  }

  private String gate(String image, long channels) {
    return graph.node("Relu", pointwise(mean(image), channels, channels));
  }

  private void assertLeft() {
    graph.assertExact(PASS, 0, _ -> {});
  }

  private static boolean isChain(NetworkStep step) {
    return step.implementation().equals(CHAIN);
  }

  @Test
  void makeAGateAPostOp() {
    String y = pointwise(image(5), 7, 5);
    graph.output(graph.node("Mul", y, gate(y, 7)));
    graph.assertExact(PASS, 1, steps -> assertThat(steps).noneMatch(MeansTest::isChain));
  }

  @Test
  void makeAGateWithAResidualPostOps() {
    String y = pointwise(image(5), 7, 5);
    String gated = graph.node("Add", y, graph.node("Mul", y, gate(y, 7)));
    graph.output(graph.node("Add", gated, graph.input("residual", 1, 7, 4, 4)));
    graph.assertExact(
        PASS,
        1,
        steps ->
            assertThat(steps)
                .filteredOn(step -> step.problem().contains("mul:per_oc:run"))
                .singleElement()
                .matches(step -> step.problem().contains("add:per_tensor:run")));
  }

  /** With several images a gate stays a step: it has more than one number a channel. */
  @Test
  void ofSeveralImages() {
    String y = pointwise(graph.input("x", 2, 5, 4, 4), 7, 5);
    graph.output(graph.node("Mul", y, gate(y, 7)));
    graph.assertExact(PASS, 1, steps -> assertThat(steps).anyMatch(MeansTest::isChain));
  }

  @Test
  void ofAnImageThatNobodyElseReads() {
    graph.output(mean(pointwise(image(5), 7, 5)));
    graph.assertExact(
        PASS,
        1,
        steps ->
            assertThat(steps)
                .filteredOn(step -> !step.problem().isEmpty())
                .allMatch(step -> step.problem().contains("ih1")));
  }

  @Test
  void ofAVolume() {
    String y = graph.convolution(graph.input("x", 1, 3, 2, 4, 2), Map.of(), 5, 3, 1, 1, 1);
    graph.output(graph.node("Add", y, mean(y)));
    graph.assertExact(PASS, 1, _ -> {});
  }

  @Test
  void notOfFewerChannels() {
    graph.output(mean(pointwise(image(7), 5, 7)));
    assertLeft();
  }

  @Test
  void notOfFewerPixelsThanChannels() {
    graph.output(mean(pointwise(image(17), 18, 17)));
    assertLeft();
  }

  @Test
  void notOverAFunction() {
    graph.output(mean(graph.node("Relu", pointwise(image(5), 7, 5))));
    assertLeft();
  }

  @Test
  void notOfNeighbours() {
    Map<String, Attribute> pads = Map.of("pads", IntegerGraph.ints(1, 1, 1, 1));
    graph.output(mean(graph.convolution(image(5), pads, 7, 5, 3, 3)));
    assertLeft();
  }

  @Test
  void notInSteps() {
    Map<String, Attribute> steps = Map.of("strides", IntegerGraph.ints(2, 2));
    graph.output(mean(graph.convolution(image(3), steps, 7, 3, 1, 1)));
    assertLeft();
  }
}

package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pointwise convolutions right behind others. */
class CompositionsTest {
  private static final String PASS = "compositions";

  private final IntegerGraph graph = new IntegerGraph();

  private void assertTaken(int count, int layers) {
    graph.assertExact(
        PASS,
        count,
        steps -> assertThat(steps).filteredOn(step -> !step.problem().isEmpty()).hasSize(layers));
  }

  private void assertLeft() {
    graph.assertExact(PASS, 0, _ -> {});
  }

  private String image(long channels) {
    return graph.input("x", 2, channels, 7, 11);
  }

  private String pointwise(String src, long oc, long ic) {
    return graph.convolution(src, Map.of(), oc, ic, 1, 1);
  }

  @Test
  void ofMoreChannelsThanAreLeft() {
    graph.output(pointwise(pointwise(image(6), 17, 6), 5, 17));
    assertTaken(1, 1);
  }

  @Test
  void ofThree() {
    graph.output(pointwise(pointwise(pointwise(image(6), 17, 6), 13, 17), 5, 13));
    assertTaken(2, 1);
  }

  @Test
  void behindAPaddedOneInSteps() {
    Map<String, Attribute> how =
        Map.of(
            "pads", IntegerGraph.ints(1, 2, 0, 1),
            "strides", IntegerGraph.ints(2, 1),
            "dilations", IntegerGraph.ints(1, 2));
    String x = graph.convolution(image(3), how, 8, 3, 3, 3);
    graph.output(graph.node("Relu", pointwise(x, 3, 8)));
    assertTaken(1, 1);
  }

  @Test
  void withoutBias() {
    String x = graph.node("Conv", image(6), graph.weights(17, 6, 1, 1));
    graph.output(graph.node("Conv", x, graph.weights(5, 17, 1, 1)));
    assertTaken(1, 1);
  }

  @Test
  void ofProducts() {
    String x = graph.node("MatMul", graph.input("x", 4, 9, 6), graph.weights(6, 17));
    String sum = graph.node("Add", x, graph.weights(17));
    graph.output(graph.node("MatMul", sum, graph.weights(17, 5)));
    assertTaken(1, 1);
  }

  @Test
  void ofALine() {
    String line = graph.convolution(graph.input("x", 1, 6, 9), Map.of(), 17, 6, 3);
    graph.output(graph.convolution(line, Map.of(), 5, 17, 1));
    assertTaken(1, 1);
  }

  @Test
  void behindAutomaticPadding() {
    Map<String, Attribute> same = Map.of("auto_pad", new Attribute.Text("SAME_LOWER"));
    graph.output(pointwise(graph.convolution(image(3), same, 8, 3, 2, 2), 3, 8));
    assertTaken(1, 1);
  }

  @Test
  void notBeforeGroups() {
    String x = pointwise(image(6), 18, 6);
    Map<String, Attribute> groups = Map.of("group", new Attribute.Int(2));
    graph.output(graph.convolution(x, groups, 4, 9, 1, 1));
    assertLeft();
  }

  /** The bottleneck is what makes it cheap. */
  @Test
  void notWhereThereWouldBeMoreToCompute() {
    graph.output(pointwise(pointwise(image(16), 4, 16), 16, 4));
    assertLeft();
  }

  @Test
  void notOverAFunction() {
    graph.output(pointwise(graph.node("Relu", pointwise(image(6), 17, 6)), 5, 17));
    assertLeft();
  }

  @Test
  void notWhereAnotherReadsToo() {
    String x = pointwise(image(6), 17, 6);
    graph.output(pointwise(x, 5, 17));
    graph.output(graph.node("Relu", x));
    assertLeft();
  }

  @Test
  void notOfAnOutput() {
    String x = pointwise(image(6), 17, 6);
    graph.output(x);
    graph.output(pointwise(x, 5, 17));
    assertLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"strides", "pads"})
  void notBeforePointsInSteps(String name) {
    Attribute numbers =
        name.equals("pads") ? IntegerGraph.ints(0, 1, 0, 0) : IntegerGraph.ints(1, 2);
    String x = pointwise(image(6), 17, 6);
    graph.output(graph.convolution(x, Map.of(name, numbers), 5, 17, 1, 1));
    assertLeft();
  }

  @Test
  void notBeforeMoreThanPoints() {
    graph.output(graph.convolution(pointwise(image(6), 17, 6), Map.of(), 1, 17, 2, 1));
    assertLeft();
  }

  @Test
  void notInGroups() {
    Map<String, Attribute> groups = Map.of("group", new Attribute.Int(2));
    graph.output(pointwise(graph.convolution(image(6), groups, 18, 3, 1, 1), 2, 18));
    assertLeft();
  }

  @Test
  void notWhereAProductOfWeightsIsTooLarge() {
    float[] weights = new float[5 * 17];
    Arrays.fill(weights, Float.MAX_VALUE);
    graph.output(
        graph.node(
            "Conv",
            List.of(pointwise(image(6), 17, 6), graph.constant(Constant.of(weights, 5, 17, 1, 1))),
            Map.of()));
    graph.assertApplied(PASS, 0);
  }
}

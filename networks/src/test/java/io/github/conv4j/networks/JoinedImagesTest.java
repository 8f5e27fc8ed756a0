package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Images that are repeated where they are joined. */
class JoinedImagesTest {
  private static final String PASS = "joined-images";

  private final IntegerGraph graph = new IntegerGraph();

  private String resized(String src, float... scales) {
    return graph.node(
        "Resize",
        List.of(src, "", graph.constant(Constant.of(scales, scales.length))),
        Map.of(
            "mode", new Attribute.Text("nearest"),
            "nearest_mode", new Attribute.Text("floor"),
            "coordinate_transformation_mode", new Attribute.Text("asymmetric")));
  }

  private String joined(int axis, String... images) {
    return graph.node("Concat", List.of(images), Map.of("axis", new Attribute.Int(axis)));
  }

  private void assertTaken() {
    graph.assertExact(
        PASS,
        1,
        steps -> assertThat(steps).filteredOn(step -> step.node().contains("Resize")).isEmpty());
  }

  private void assertLeft() {
    graph.assertExact(PASS, 0, _ -> {});
  }

  @Test
  void ofImages() {
    graph.output(
        joined(
            1,
            resized(graph.input("eighth", 2, 6, 3, 2), 1, 1, 8, 8),
            graph.input("whole", 2, 17, 24, 16),
            resized(graph.input("flat", 2, 1, 24, 4), 1, 1, 1, 4),
            resized(graph.input("half", 2, 3, 12, 8), 1, 1, 2, 2)));
    assertTaken();
  }

  @Test
  void ofRows() {
    graph.output(
        joined(-2, resized(graph.input("a", 1, 5, 7), 1, 1, 3), graph.input("b", 1, 2, 21)));
    assertTaken();
  }

  @Test
  void ofVolumes() {
    graph.output(
        joined(
            1,
            graph.input("b", 1, 2, 4, 6, 6),
            resized(graph.input("a", 1, 5, 2, 2, 3), 1, 1, 2, 3, 2)));
    assertTaken();
  }

  /** The image is written anyway. */
  @Test
  void notWhereAnotherReadsTheImageToo() {
    String x = resized(graph.input("x", 1, 4, 7, 11), 1, 1, 2, 2);
    graph.output(joined(1, x, graph.input("y", 1, 4, 14, 22)));
    graph.output(graph.node("Relu", x));
    assertLeft();
  }

  @Test
  void notWhereAnImageIsThereTwice() {
    String x = resized(graph.input("x", 1, 4, 7, 11), 1, 1, 2, 2);
    graph.output(joined(1, x, x));
    assertLeft();
  }

  @Test
  void notAlongAnotherAxis() {
    String x = resized(graph.input("x", 1, 4, 7, 11), 1, 1, 2, 2);
    graph.output(joined(2, x, graph.input("y", 1, 4, 3, 22)));
    assertLeft();
  }

  @Test
  void notWithAConstant() {
    String x = resized(graph.input("x", 1, 4, 7, 11), 1, 1, 2, 2);
    graph.output(joined(1, x, graph.weights(1, 2, 14, 22)));
    assertLeft();
  }

  @Test
  void notOfRepeatedChannels() {
    String x = resized(graph.input("x", 1, 4, 7, 11), 1, 2, 2, 2);
    graph.output(joined(1, x, graph.input("y", 1, 4, 14, 22)));
    assertLeft();
  }

  @Test
  void notOfImagesThatShrink() {
    String x = resized(graph.input("x", 1, 4, 8, 6), 1, 1, 0.5f, 0.5f);
    graph.output(joined(1, x, graph.input("y", 1, 4, 4, 3)));
    assertLeft();
  }
}

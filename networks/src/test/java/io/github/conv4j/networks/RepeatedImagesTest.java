package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions of images whose pixels are repeated. */
class RepeatedImagesTest {
  private static final String PASS = "repeated-images";
  private static final long OC = 5;

  private final IntegerGraph graph = new IntegerGraph();

  /** Repeats pixels of an image along each spatial axis. */
  private String repeated(String src, long... factors) {
    return repeated(src, 1, factors);
  }

  private String repeated(String src, float channels, long... factors) {
    float[] scales = new float[factors.length + 2];
    scales[0] = 1;
    scales[1] = channels;
    for (int i = 0; i < factors.length; i++) {
      scales[i + 2] = factors[i];
    }
    return graph.node(
        "Resize",
        List.of(src, "", graph.constant(Constant.of(scales, scales.length))),
        Map.of(
            "mode", new Attribute.Text("nearest"),
            "nearest_mode", new Attribute.Text("floor"),
            "coordinate_transformation_mode", new Attribute.Text("asymmetric")));
  }

  private String joined(String... images) {
    return graph.node("Concat", List.of(images), Map.of("axis", new Attribute.Int(1)));
  }

  private String convolution(String src, long ic, long[] kernel, Map<String, Attribute> how) {
    long group = how.get("group") instanceof Attribute.Int number ? number.value() : 1;
    long[] dims = LongStream.concat(LongStream.of(OC, ic / group), Arrays.stream(kernel)).toArray();
    return graph.convolution(src, how, dims);
  }

  private String padded(String src, long ic, long[] kernel, long... pads) {
    return convolution(src, ic, kernel, Map.of("pads", IntegerGraph.ints(pads)));
  }

  private void assertTaken(int transposed) {
    graph.assertExact(
        PASS,
        1,
        steps ->
            assertThat(steps)
                .filteredOn(step -> step.problem().contains("transposed"))
                .hasSize(transposed));
  }

  private void assertLeft() {
    graph.assertExact(PASS, 0, _ -> {});
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 8})
  void ofRepeatedPixels(long factor) {
    String x = repeated(graph.input("x", 1, 4, 7, 11), factor, factor);
    graph.output(padded(x, 4, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofSeveralImagesWithMorePadding() {
    String x = repeated(graph.input("x", 3, 4, 6, 5), 2, 3);
    graph.output(padded(x, 4, new long[] {5, 2}, 4, 0, 2, 1));
    assertTaken(1);
  }

  @Test
  void ofAKernelAsWideAsTheImage() {
    String x = repeated(graph.input("x", 1, 3, 16, 4), 2, 3);
    graph.output(padded(x, 3, new long[] {2, 12}, 0, 0, 0, 0));
    assertTaken(1);
  }

  @Test
  void ofOneAxis() {
    String line = repeated(graph.input("line", 1, 13, 39), 3);
    graph.output(padded(line, 13, new long[] {3}, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofThreeAxes() {
    String volume = repeated(graph.input("volume", 1, 3, 5, 4, 6), 2, 1, 2);
    graph.output(padded(volume, 3, new long[] {3, 3, 3}, 1, 1, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void withoutBias() {
    String x = repeated(graph.input("x", 1, 4, 7, 11), 2, 2);
    graph.output(graph.node("Conv", x, graph.weights(OC, 4, 3, 3)));
    assertTaken(1);
  }

  /** As PaddlePaddle's text detectors have them. */
  @Test
  void ofImagesThatAreJoined() {
    String all =
        joined(
            repeated(graph.input("eighth", 2, 3, 4, 5), 8, 8),
            graph.input("whole", 2, 2, 32, 40),
            repeated(graph.input("quarter", 2, 4, 8, 10), 4, 4),
            graph.input("another", 2, 3, 32, 40),
            repeated(graph.input("half", 2, 5, 16, 20), 2, 2));
    String sum = padded(all, 17, new long[] {3, 3}, 1, 1, 1, 1);
    graph.output(graph.node("Relu", sum));
    assertTaken(3);
  }

  @Test
  void ofOneImageThatIsJoinedWithAnother() {
    String all =
        joined(
            graph.input("whole", 1, 2, 16, 20), repeated(graph.input("half", 1, 4, 8, 10), 2, 2));
    graph.output(padded(all, 6, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofRepeatedImagesOnly() {
    String all =
        joined(
            repeated(graph.input("half", 1, 4, 8, 10), 2, 2),
            repeated(graph.input("quarter", 1, 3, 4, 5), 4, 4));
    String sum = padded(all, 7, new long[] {3, 3}, 1, 1, 1, 1);
    graph.output(graph.node("Relu", sum));
    assertTaken(2);
  }

  @Test
  void besideAConstantAndAnImageWithoutChannels() {
    String all =
        joined(
            graph.weights(1, 2, 16, 20),
            graph.constant(Constant.of(new float[0], 1, 0, 16, 20)),
            repeated(graph.input("half", 1, 4, 8, 10), 2, 2));
    graph.output(padded(all, 6, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  /** To add what few channels give would cost more than is saved. */
  @Test
  void butFewChannelsStayInTheJoin() {
    String all =
        joined(
            repeated(graph.input("few", 1, 1, 8, 10), 2, 2),
            repeated(graph.input("half", 1, 4, 8, 10), 2, 2));
    graph.output(padded(all, 5, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void butOneThatIsJoinedTwiceStaysInTheJoin() {
    String twice = repeated(graph.input("twice", 1, 4, 8, 10), 2, 2);
    String all = joined(twice, repeated(graph.input("half", 1, 4, 8, 10), 2, 2), twice);
    graph.output(padded(all, 12, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  /** The image is written anyway. */
  @Test
  void notWhereAnotherReadsTheImageToo() {
    String x = repeated(graph.input("x", 1, 4, 7, 11), 2, 2);
    String sum = padded(x, 4, new long[] {3, 3}, 1, 1, 1, 1);
    graph.output(joined(sum, x));
    assertLeft();
  }

  @Test
  void notWhereTheImageIsAnOutput() {
    String x = repeated(graph.input("x", 1, 4, 7, 11), 2, 2);
    graph.output(padded(x, 4, new long[] {3, 3}, 1, 1, 1, 1));
    graph.output(x);
    assertLeft();
  }

  @Test
  void notWhereAnotherReadsTheJoinToo() {
    String all =
        joined(
            graph.input("whole", 1, 2, 16, 20), repeated(graph.input("half", 1, 4, 8, 10), 2, 2));
    graph.output(joined(padded(all, 6, new long[] {3, 3}, 1, 1, 1, 1), all));
    assertLeft();
  }

  @Test
  void notOfImagesThatAreJoinedOtherwise() {
    List<String> images =
        List.of(
            repeated(graph.input("above", 1, 4, 8, 10), 2, 2),
            repeated(graph.input("below", 1, 4, 7, 10), 2, 2));
    String all = graph.node("Concat", images, Map.of("axis", new Attribute.Int(-2)));
    graph.output(padded(all, 4, new long[] {3, 3}, 1, 1, 1, 1));
    assertLeft();
  }

  @Test
  void notWithMorePaddingThanTheKernelReaches() {
    String x = repeated(graph.input("x", 1, 4, 7, 11), 2, 2);
    graph.output(padded(x, 4, new long[] {3, 3}, 1, 3, 1, 1));
    assertLeft();
  }

  @Test
  void notWithAutomaticPadding() {
    String x = repeated(graph.input("x", 1, 4, 7, 11), 2, 2);
    Map<String, Attribute> same = Map.of("auto_pad", new Attribute.Text("SAME_UPPER"));
    graph.output(convolution(x, 4, new long[] {3, 3}, same));
    assertLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"strides", "dilations"})
  void notInSteps(String name) {
    String x = repeated(graph.input("x", 1, 4, 7, 11), 2, 2);
    graph.output(convolution(x, 4, new long[] {3, 3}, Map.of(name, IntegerGraph.ints(1, 2))));
    assertLeft();
  }

  @Test
  void notInGroups() {
    String x = repeated(graph.input("x", 1, OC, 7, 11), 2, 2);
    Map<String, Attribute> groups = Map.of("group", new Attribute.Int(OC));
    graph.output(convolution(x, OC, new long[] {3, 3}, groups));
    assertLeft();
  }

  /** A pixel gives as many products as before. */
  @Test
  void notOfOnePixel() {
    String x = repeated(graph.input("x", 1, 64, 7, 11), 2, 2);
    graph.output(padded(x, 64, new long[] {1, 1}, 0, 0, 0, 0));
    assertLeft();
  }

  /** More weights than pixels. */
  @Test
  void notOfSmallImages() {
    String x = repeated(graph.input("x", 1, 4, 2, 2), 2, 2);
    graph.output(padded(x, 4, new long[] {3, 3}, 1, 1, 1, 1));
    assertLeft();
  }

  @Test
  void notWithManyTimesTheWeights() {
    String line = repeated(graph.input("line", 1, 13, 39), 40);
    graph.output(padded(line, 13, new long[] {3}, 1, 1));
    assertLeft();
  }

  @Test
  void notWhereASumOfWeightsIsTooLarge() {
    float[] weights = new float[4 * 3 * 3];
    Arrays.fill(weights, Float.MAX_VALUE);
    String x = repeated(graph.input("x", 1, 4, 16, 16), 2, 2);
    graph.output(graph.node("Conv", x, graph.constant(Constant.of(weights, 1, 4, 3, 3))));
    graph.assertApplied(PASS, 0);
  }

  @Test
  void notWhereChannelsAreRepeatedToo() {
    String twice = repeated(graph.input("x", 1, 3, 16, 16), 2f, 2, 2);
    graph.output(padded(twice, 6, new long[] {3, 3}, 1, 1, 1, 1));
    assertLeft();
  }
}

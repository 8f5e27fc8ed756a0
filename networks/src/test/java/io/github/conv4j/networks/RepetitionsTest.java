package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions of images whose pixels are repeated, of integers: every sum is exact. */
class RepetitionsTest {
  private static final long OC = 5;

  private final SplittableRandom random = new SplittableRandom(11);
  private final GraphBuilder builder = new GraphBuilder(13);
  private final Map<String, Constant> inputs = new HashMap<>();

  private Constant integers(long... dims) {
    float[] values = new float[(int) product(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-4, 5);
    }
    return Constant.of(values, dims);
  }

  private static long product(long... dims) {
    return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
  }

  private static Attribute ints(long... values) {
    return new Attribute.Ints(Arrays.stream(values).boxed().toList());
  }

  private String image(String name, long... dims) {
    inputs.put(name, integers(dims));
    Dim[] fixed = Arrays.stream(dims).mapToObj(Dim.Fixed::new).toArray(Dim[]::new);
    return builder.input(name, ElementType.FLOAT, fixed);
  }

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
    return builder.node(
        "Resize",
        List.of(src, "", builder.constant(Constant.of(scales, scales.length))),
        Map.of(
            "mode", new Attribute.Text("nearest"),
            "nearest_mode", new Attribute.Text("floor"),
            "coordinate_transformation_mode", new Attribute.Text("asymmetric")));
  }

  private String joined(String... images) {
    return builder.node("Concat", List.of(images), Map.of("axis", new Attribute.Int(1)));
  }

  private String convolution(String src, long ic, long[] kernel, Map<String, Attribute> how) {
    long group = how.get("group") instanceof Attribute.Int number ? number.value() : 1;
    long[] dims = LongStream.concat(LongStream.of(OC, ic / group), Arrays.stream(kernel)).toArray();
    return builder.node(
        "Conv",
        List.of(src, builder.constant(integers(dims)), builder.constant(integers(OC))),
        how);
  }

  private String padded(String src, long ic, long[] kernel, long... pads) {
    return convolution(src, ic, kernel, Map.of("pads", ints(pads)));
  }

  /** Checks values on each engine, and how many convolutions the pass took. */
  private void assertExact(int count, int transposed) {
    Graph graph = builder.build();
    NetworkOptions without = NetworkOptions.defaults().withoutPass("repetitions");
    float[] expected = run("reference", 1, graph, without, 0, 0);
    assertThat(expected).isNotEmpty();
    for (String engine : List.of("reference", "vector", "onednn")) {
      for (int threads : new int[] {1, 2}) {
        float[] actual = run(engine, threads, graph, NetworkOptions.defaults(), count, transposed);
        assertThat(actual).as("%s %d", engine, threads).isEqualTo(expected);
      }
    }
  }

  private float[] run(
      String name, int threads, Graph graph, NetworkOptions options, int count, int transposed) {
    try (Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(threads));
        Arena arena = Arena.ofConfined();
        PreparedNetwork prepared = Network.of(graph).prepare(engine, Map.of(), options)) {
      assertThat(prepared.passes().getOrDefault("repetitions", 0)).isEqualTo(count);
      assertThat(prepared.steps())
          .filteredOn(step -> step.problem().contains("transposed"))
          .hasSize(transposed);
      NetworkCall call = prepared.call();
      inputs.forEach(
          (input, values) ->
              call.input(
                  input, arena.allocate(values.data().byteSize(), 64).copyFrom(values.data())));
      String output = prepared.outputs().getFirst();
      MemorySegment dst = arena.allocate(prepared.type(output).byteSize(), 64);
      call.output(output, dst).execute();
      return dst.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private void assertTaken(int transposed) {
    assertExact(1, transposed);
  }

  private void assertLeft() {
    assertExact(0, 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 8})
  void ofRepeatedPixels(long factor) {
    String x = repeated(image("x", 1, 3, 7, 11), factor, factor);
    builder.output(padded(x, 3, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofSeveralImagesWithMorePadding() {
    String x = repeated(image("x", 3, 4, 6, 5), 2, 3);
    builder.output(padded(x, 4, new long[] {5, 2}, 4, 0, 2, 1));
    assertTaken(1);
  }

  @Test
  void ofAKernelAsWideAsTheImage() {
    String x = repeated(image("x", 1, 3, 16, 4), 2, 3);
    builder.output(padded(x, 3, new long[] {2, 12}, 0, 0, 0, 0));
    assertTaken(1);
  }

  @Test
  void ofOneAxis() {
    String line = repeated(image("line", 1, 3, 19), 3);
    builder.output(padded(line, 3, new long[] {3}, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofThreeAxes() {
    String volume = repeated(image("volume", 1, 3, 5, 4, 6), 2, 1, 2);
    builder.output(padded(volume, 3, new long[] {3, 3, 3}, 1, 1, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofImagesThatAreJoined() {
    String all =
        joined(
            repeated(image("eighth", 1, 3, 4, 5), 8, 8),
            image("whole", 1, 2, 32, 40),
            repeated(image("quarter", 1, 4, 8, 10), 4, 4),
            image("another", 1, 3, 32, 40),
            repeated(image("half", 1, 1, 16, 20), 2, 2));
    String sum = padded(all, 13, new long[] {3, 3}, 1, 1, 1, 1);
    builder.output(builder.node("Relu", List.of(sum)));
    assertTaken(3);
  }

  @Test
  void ofOneImageThatIsJoinedWithAnother() {
    String all = joined(image("whole", 1, 2, 16, 20), repeated(image("half", 1, 4, 8, 10), 2, 2));
    builder.output(padded(all, 6, new long[] {3, 3}, 1, 1, 1, 1));
    assertTaken(1);
  }

  @Test
  void ofRepeatedImagesOnly() {
    String all =
        joined(
            repeated(image("half", 1, 4, 8, 10), 2, 2),
            repeated(image("quarter", 1, 2, 4, 5), 4, 4));
    String sum = padded(all, 6, new long[] {3, 3}, 1, 1, 1, 1);
    builder.output(builder.node("Relu", List.of(sum)));
    assertTaken(2);
  }

  /** The image is written anyway. */
  @Test
  void notWhereAnotherReadsTheImageToo() {
    String x = repeated(image("x", 1, 3, 7, 11), 2, 2);
    String sum = padded(x, 3, new long[] {3, 3}, 1, 1, 1, 1);
    builder.output(joined(sum, x));
    assertLeft();
  }

  @Test
  void notWhereAnotherReadsTheJoinToo() {
    String all = joined(image("whole", 1, 2, 16, 20), repeated(image("half", 1, 4, 8, 10), 2, 2));
    builder.output(joined(padded(all, 6, new long[] {3, 3}, 1, 1, 1, 1), all));
    assertLeft();
  }

  @Test
  void notWithMorePaddingThanTheKernelReaches() {
    String x = repeated(image("x", 1, 3, 7, 11), 2, 2);
    builder.output(padded(x, 3, new long[] {3, 3}, 1, 3, 1, 1));
    assertLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"strides", "dilations"})
  void notInSteps(String name) {
    String x = repeated(image("x", 1, 3, 7, 11), 2, 2);
    builder.output(convolution(x, 3, new long[] {3, 3}, Map.of(name, ints(1, 2))));
    assertLeft();
  }

  @Test
  void notInGroups() {
    String x = repeated(image("x", 1, OC, 7, 11), 2, 2);
    builder.output(convolution(x, OC, new long[] {3, 3}, Map.of("group", new Attribute.Int(OC))));
    assertLeft();
  }

  /** A pixel gives as many products as before. */
  @Test
  void notOfOnePixel() {
    String x = repeated(image("x", 1, 3, 7, 11), 2, 2);
    builder.output(padded(x, 3, new long[] {1, 1}, 0, 0, 0, 0));
    assertLeft();
  }

  /** More weights than pixels. */
  @Test
  void notOfSmallImages() {
    String x = repeated(image("x", 1, 3, 2, 2), 2, 2);
    builder.output(padded(x, 3, new long[] {3, 3}, 1, 1, 1, 1));
    assertLeft();
  }

  @Test
  void notWhereASumOfWeightsIsTooLarge() {
    float[] weights = new float[2 * 3 * 3];
    Arrays.fill(weights, Float.MAX_VALUE);
    String x = repeated(image("x", 1, 2, 16, 16), 2, 2);
    builder.output(
        builder.node("Conv", List.of(x, builder.constant(Constant.of(weights, 1, 2, 3, 3)))));
    run("reference", 1, builder.build(), NetworkOptions.defaults(), 0, 0);
  }

  @Test
  void notWhereChannelsAreRepeatedToo() {
    String twice = repeated(image("x", 1, 3, 16, 16), 2f, 2, 2);
    builder.output(padded(twice, 6, new long[] {3, 3}, 1, 1, 1, 1));
    assertLeft();
  }
}

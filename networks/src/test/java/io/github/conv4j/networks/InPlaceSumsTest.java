package io.github.conv4j.networks;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.report.NetworkVerdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A residual is added where it lies, unless somebody still reads it there. */
class InPlaceSumsTest {
  private static final long CHANNELS = 24;

  private final SplittableRandom random = new SplittableRandom(5);

  private Constant gaussian(long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 4;
    }
    return Constant.of(values, dims);
  }

  private String pointwise(GraphBuilder b, String src) {
    return b.node(
        "Conv",
        List.of(
            src, b.constant(gaussian(CHANNELS, CHANNELS, 1, 1)), b.constant(gaussian(CHANNELS))));
  }

  private String depthwise(GraphBuilder b, String src) {
    return b.node(
        "Conv",
        List.of(src, b.constant(gaussian(CHANNELS, 1, 3, 3))),
        Map.of(
            "group",
            new Attribute.Int(CHANNELS),
            "pads",
            new Attribute.Ints(List.of(1L, 1L, 1L, 1L))));
  }

  private static String add(GraphBuilder b, String one, String other) {
    return b.node("Add", List.of(one, other));
  }

  private static String relu(GraphBuilder b, String src) {
    return b.node("Relu", List.of(src));
  }

  /** A graph of one input, with what comes behind a first layer. */
  private Graph graph(BiConsumer<GraphBuilder, String> rest) {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(CHANNELS),
            new Dim.Symbol("h"),
            new Dim.Symbol("w"));
    rest.accept(b, x);
    return b.build();
  }

  /** Checks values on one and two threads; returns how many steps add in place. */
  private long inPlace(Graph graph, int threads, long height, long width) {
    long[] dims = {1, CHANNELS, height, width};
    try (Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(threads))) {
      return inPlace(graph, engine, dims);
    }
  }

  private long inPlace(Graph graph, Engine engine, long... dims) {
    Map<String, Constant> inputs = Map.of("x", gaussian(dims));
    try (PreparedNetwork prepared =
        Network.of(graph).prepare(engine, Map.of("x", dims), NetworkOptions.defaults())) {
      NetworkVerdict verdict =
          new NetworkVerifier(Network.of(graph), engine, NetworkOptions.defaults())
              .verify(inputs, _ -> {});
      assertThat(verdict.firstDivergence()).isEmpty();
      runsAgain(prepared, Objects.requireNonNull(inputs.get("x")));
      return prepared.steps().stream()
          .filter(step -> step.implementation().contains("in place"))
          .count();
    }
  }

  /** What a run leaves behind does not count in the next. */
  private static void runsAgain(PreparedNetwork prepared, Constant x) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(x.data().byteSize(), 64).copyFrom(x.data());
      NetworkCall call = prepared.call().input("x", src);
      List<MemorySegment> outputs = new ArrayList<>();
      for (String name : prepared.outputs()) {
        MemorySegment dst = arena.allocate(prepared.type(name).byteSize(), 64);
        call.output(name, dst);
        outputs.add(dst);
      }
      call.execute();
      List<byte[]> first = outputs.stream().map(dst -> dst.toArray(JAVA_BYTE)).toList();
      for (int round = 0; round < 5; round++) {
        call.execute();
        for (int i = 0; i < outputs.size(); i++) {
          assertThat(outputs.get(i).mismatch(MemorySegment.ofArray(first.get(i)))).isEqualTo(-1);
        }
      }
      assertThat(src.mismatch(x.data())).as("the input is only read").isEqualTo(-1);
    }
  }

  private long inPlace(BiConsumer<GraphBuilder, String> rest) {
    Graph graph = graph(rest);
    long one = inPlace(graph, 1, 13, 11);
    assertThat(inPlace(graph, 2, 13, 11)).isEqualTo(one);
    assertThat(inPlace(graph, 2, 64, 64)).isEqualTo(one);
    return one;
  }

  private Graph blocks() {
    return graph(
        (b, x) -> {
          String y = relu(b, pointwise(b, x));
          for (int block = 0; block < 4; block++) {
            y = relu(b, add(b, pointwise(b, depthwise(b, y)), y));
          }
          b.output(y);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void blocksFollowEachOther(int threads) {
    Graph graph = blocks();
    assertThat(inPlace(graph, threads, 96, 96)).isEqualTo(4);
    assertThat(inPlace(graph, threads, 5, 7)).isEqualTo(4);
  }

  /** Though it is as large as one. */
  @Test
  void aResidualOfOnePixelIsNoGate() {
    // The last sum is written where the caller wants it.
    assertThat(inPlace(blocks(), 1, 1, 1)).isEqualTo(3);
    long[] dims = {1, CHANNELS, 1, 1};
    try (Engine engine = Engines.named("vector");
        PreparedNetwork prepared =
            Network.of(blocks()).prepare(engine, Map.of("x", dims), NetworkOptions.defaults())) {
      assertThat(prepared.explain())
          .contains("add:per_tensor:run")
          .doesNotContain("add:per_oc:run");
    }
  }

  /** Whichever way is the fastest, sums are right. */
  @Test
  void blocksFollowEachOtherInTheFastestWay() {
    Graph graph = blocks();
    Tuning tuning = Tuning.defaults().withBudget(Duration.ofMillis(50)).withoutChoices();
    try (Engine engine =
        Engines.named("auto", EngineOptions.defaults().withThreads(1).with(tuning))) {
      assertThat(inPlace(graph, engine, 1, CHANNELS, 64, 64)).isIn(0L, 4L);
    }
  }

  @Test
  void theResidualIsReadLaterToo() {
    assertThat(
            inPlace(
                (b, x) -> {
                  String y = relu(b, pointwise(b, x));
                  String sum = relu(b, add(b, pointwise(b, depthwise(b, y)), y));
                  b.output(depthwise(b, sum));
                  b.output(depthwise(b, y));
                }))
        .isZero();
  }

  @Test
  void theResidualIsAnOutput() {
    assertThat(
            inPlace(
                (b, x) -> {
                  String y = relu(b, pointwise(b, x));
                  b.output(y);
                  b.output(depthwise(b, relu(b, add(b, pointwise(b, depthwise(b, y)), y))));
                }))
        .isZero();
  }

  @Test
  void theResidualIsTheSource() {
    assertThat(
            inPlace(
                (b, x) -> {
                  String y = relu(b, pointwise(b, x));
                  b.output(depthwise(b, relu(b, add(b, pointwise(b, y), y))));
                }))
        .isZero();
  }

  @Test
  void theResidualIsAddedTwice() {
    assertThat(
            inPlace(
                (b, x) -> {
                  String y = relu(b, pointwise(b, x));
                  String once = add(b, pointwise(b, depthwise(b, y)), y);
                  b.output(depthwise(b, relu(b, add(b, once, y))));
                }))
        .isZero();
  }

  /** The same bytes have another name, under which they are read later. */
  @Test
  void theResidualIsSeenInAnotherWay() {
    assertThat(
            inPlace(
                (b, x) -> {
                  String y = relu(b, pointwise(b, x));
                  String turned =
                      b.node(
                          "Transpose",
                          List.of(y),
                          Map.of("perm", new Attribute.Ints(List.of(0L, 2L, 3L, 1L))));
                  b.output(depthwise(b, relu(b, add(b, pointwise(b, depthwise(b, y)), y))));
                  b.output(b.node("Sigmoid", List.of(turned)));
                }))
        .isZero();
  }

  /** The copy of an input in another order is nobody else's. */
  @Test
  void theResidualIsAnInput() {
    assertThat(
            inPlace(
                (b, x) ->
                    b.output(depthwise(b, relu(b, add(b, pointwise(b, depthwise(b, x)), x))))))
        .isEqualTo(1);
    long[] dims = {1, CHANNELS, 9, 9};
    Graph graph =
        graph((b, x) -> b.output(depthwise(b, relu(b, add(b, pointwise(b, depthwise(b, x)), x)))));
    try (Engine engine = Engines.named("onednn");
        PreparedNetwork prepared =
            Network.of(graph)
                .prepare(
                    engine, Map.of("x", dims), NetworkOptions.defaults().withChannelsLast("x"))) {
      assertThat(prepared.explain()).contains("add:per_tensor:run").doesNotContain("in place");
    }
  }

  /** A sum is written where the caller wants it. */
  @Test
  void theSumIsAnOutput() {
    Graph graph =
        graph(
            (b, x) -> {
              String y = relu(b, pointwise(b, x));
              b.output(relu(b, add(b, pointwise(b, depthwise(b, y)), y)));
            });
    long[] dims = {1, CHANNELS, 9, 9};
    String output = graph.outputs().getFirst().name();
    try (Engine engine = Engines.named("onednn");
        PreparedNetwork prepared =
            Network.of(graph)
                .prepare(
                    engine,
                    Map.of("x", dims),
                    NetworkOptions.defaults().withChannelsLast(output))) {
      assertThat(prepared.explain()).contains("add:per_tensor:run").doesNotContain("in place");
    }
    assertThat(inPlace(graph, 1, 9, 9)).isEqualTo(1);
  }
}

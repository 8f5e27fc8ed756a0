package io.github.conv4j.networks;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.internal.definition.ReferenceExecutor;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.pass.Passes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole networks against their definition. */
class PreparedNetworkTest {
  private static final double TOLERANCE = 1e-4;

  private final SplittableRandom random = new SplittableRandom(7);

  private Constant constant(long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    return Constant.of(values, dims);
  }

  private Constant positive(long channels) {
    float[] values = new float[(int) channels];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return Constant.of(values, channels);
  }

  private static Attribute ints(Long... values) {
    return new Attribute.Ints(List.of(values));
  }

  private static Constant scalar(float value) {
    return Constant.of(new float[] {value});
  }

  /** What most convolutional networks are made of. */
  private Graph graph() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Symbol("n"),
            new Dim.Fixed(3),
            new Dim.Symbol("h"),
            new Dim.Symbol("w"));
    String stem =
        b.node(
            "Conv",
            List.of(x, b.constant(constant(8, 3, 3, 3)), b.constant(constant(8))),
            Map.of("strides", ints(2L, 2L), "pads", ints(1L, 1L, 1L, 1L)));
    String normal =
        b.node(
            "BatchNormalization",
            List.of(
                stem,
                b.constant(positive(8)),
                b.constant(constant(8)),
                b.constant(constant(8)),
                b.constant(positive(8))));
    String hard = b.node("Mul", List.of(normal, sixth(b, normal)));
    String depthwise =
        b.node(
            "Conv",
            List.of(hard, b.constant(constant(8, 1, 3, 3))),
            Map.of("group", new Attribute.Int(8), "pads", ints(1L, 1L, 1L, 1L)));
    String gate =
        b.node(
            "Sigmoid",
            List.of(
                b.node(
                    "Conv",
                    List.of(
                        b.node("GlobalAveragePool", List.of(depthwise)),
                        b.constant(constant(8, 8, 1, 1))))));
    String gated = b.node("Add", List.of(b.node("Mul", List.of(depthwise, gate)), depthwise));
    String residual =
        b.node(
            "Relu",
            List.of(
                b.node(
                    "Add",
                    List.of(
                        b.node("Conv", List.of(gated, b.constant(constant(8, 8, 1, 1)))), hard))));
    String pooled =
        b.node(
            "MaxPool",
            List.of(residual),
            Map.of("kernel_shape", ints(2L, 2L), "strides", ints(2L, 2L)));
    String both = b.node("Concat", List.of(pooled, pooled), Map.of("axis", new Attribute.Int(1)));
    b.output(both);
    String flat = b.node("Flatten", List.of(b.node("GlobalAveragePool", List.of(both))));
    String scores =
        b.node(
            "Gemm", List.of(flat, b.constant(constant(16, 5)), b.constant(constant(5))), Map.of());
    b.output(b.node("Softmax", List.of(scores)));
    b.output(
        b.node(
            "ArgMax",
            List.of(scores),
            Map.of("axis", new Attribute.Int(1), "keepdims", new Attribute.Int(0))));
    return b.build();
  }

  private static String sixth(GraphBuilder b, String x) {
    String sum = b.node("Add", List.of(x, b.constant(scalar(3))));
    String clip = b.node("Clip", List.of(sum, b.constant(scalar(0)), b.constant(scalar(6))));
    return b.node("Div", List.of(clip, b.constant(scalar(6))));
  }

  private double[] values(long[] dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static MemorySegment floats(double[] values, Arena arena) {
    MemorySegment segment = arena.allocate(values.length * 4L, 64);
    for (int i = 0; i < values.length; i++) {
      segment.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
    }
    return segment;
  }

  private static Map<String, MemorySegment> bind(
      PreparedNetwork prepared, NetworkCall call, Arena arena) {
    Map<String, MemorySegment> outputs = new LinkedHashMap<>();
    for (String name : prepared.outputs()) {
      MemorySegment segment = arena.allocate(prepared.type(name).byteSize(), 64);
      segment.fill((byte) -1);
      outputs.put(name, segment);
      call.output(name, segment);
    }
    return outputs;
  }

  private static void agrees(MemorySegment actual, @Nullable Values wantedValues, String what) {
    Values expected = Objects.requireNonNull(wantedValues, what);
    if (!expected.type().element().isReal()) {
      long[] wanted = expected.integers();
      for (int i = 0; i < wanted.length; i++) {
        assertThat(actual.getAtIndex(JAVA_LONG, i)).as("%s[%d]", what, i).isEqualTo(wanted[i]);
      }
      return;
    }
    double[] wanted = expected.reals();
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) actual.getAtIndex(JAVA_FLOAT, i))
          .as("%s[%d]", what, i)
          .isCloseTo(wanted[i], Offset.offset(TOLERANCE * (1 + Math.abs(wanted[i]))));
    }
  }

  private void runs(Graph graph, Engine engine, NetworkOptions options, long... dims) {
    double[] x = values(dims);
    Map<String, Values> expected =
        new ReferenceExecutor(graph)
            .run(Map.of("x", Values.of(new TensorType(ElementType.FLOAT, dims), x)));
    try (Arena arena = Arena.ofConfined();
        PreparedNetwork prepared = Network.of(graph).prepare(engine, Map.of("x", dims), options)) {
      NetworkCall call = prepared.call().input("x", floats(x, arena));
      Map<String, MemorySegment> outputs = bind(prepared, call, arena);
      for (int round = 0; round < 2; round++) {
        call.execute();
        outputs.forEach((name, segment) -> agrees(segment, expected.get(name), name));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "auto", "reference"})
  void agreesWithTheDefinitionOnEveryEngine(String name) {
    Graph graph = graph();
    for (int threads = 1; threads <= 2; threads++) {
      try (Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(threads))) {
        runs(graph, engine, NetworkOptions.defaults(), 1, 3, 17, 13);
        runs(graph, engine, NetworkOptions.defaults(), 2, 3, 32, 32);
      }
    }
  }

  @Test
  void agreesWithoutAnyOfThePasses() {
    Graph graph = graph();
    try (Engine engine = Engines.named("onednn")) {
      NetworkOptions none = NetworkOptions.defaults();
      for (String pass : Passes.names()) {
        runs(graph, engine, NetworkOptions.defaults().withoutPass(pass), 1, 3, 17, 13);
        none = none.withoutPass(pass);
      }
      runs(graph, engine, none, 1, 3, 17, 13);
    }
  }

  @Test
  void passesAreCountedAndMemoryIsPlanned() {
    try (Engine engine = Engines.named("onednn");
        PreparedNetwork prepared =
            Network.of(graph())
                .prepare(
                    engine, Map.of("x", new long[] {1, 3, 32, 32}), NetworkOptions.defaults())) {
      assertThat(prepared.passes())
          .containsEntry("convolutions", 4)
          .containsEntry("batch-normalization", 1)
          .containsEntry("activations", 2)
          .containsEntry("gates", 1)
          .containsEntry("products", 1);
      assertThat(prepared.leastByteSize()).isPositive();
      assertThat(prepared.arenaByteSize())
          .isBetween(prepared.leastByteSize(), prepared.naiveByteSize() - 1);
      assertThat(prepared.explain()).contains("hardswish", "add:per_tensor:run,relu", "steps");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void tellsWhatItHolds(String name) {
    try (Engine engine = Engines.named(name)) {
      PreparedNetwork prepared =
          Network.of(graph())
              .prepare(engine, Map.of("x", new long[] {1, 3, 32, 32}), NetworkOptions.defaults());
      try (prepared) {
        NetworkMemory memory = prepared.memory();
        assertThat(memory.weightsBytes() + memory.weightsHeapBytes())
            .isPositive()
            .isEqualTo(prepared.weightsByteSize());
        assertThat(memory.arenaBytes()).isPositive().isEqualTo(prepared.arenaByteSize());
        assertThat(memory.byteSize()).isEqualTo(prepared.byteSize());
        assertThat(prepared.explain())
            .contains(
                "arenas %,d, scratchpads %,d"
                    .formatted(
                        memory.arenaBytes(),
                        memory.scratchpadBytes() + memory.scratchpadHeapBytes()));
        if (!name.equals("reference")) {
          assertThat(engine.memory().weightsBytes()).isEqualTo(memory.weightsBytes());
          assertThat(engine.memory().workingBytes())
              .isEqualTo(memory.arenaBytes() + memory.scratchpadBytes());
        }
      }
      assertThat(prepared.memory()).isEqualTo(NetworkMemory.NONE);
    }
  }

  /**
   * As DenseNet has it: a normalization, its scale and its bias apart, nothing before that has
   * weights.
   */
  @Test
  void productsAndSumsOfEachChannelAreOnePass() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(5),
            new Dim.Fixed(6),
            new Dim.Fixed(7));
    String normal =
        b.node(
            "BatchNormalization",
            List.of(
                x,
                b.constant(positive(5)),
                b.constant(constant(5)),
                b.constant(constant(5)),
                b.constant(positive(5))));
    String scaled = b.node("Mul", List.of(normal, b.constant(constant(5, 1, 1))));
    String from = b.node("Sub", List.of(b.constant(scalar(0.5f)), scaled));
    String divided = b.node("Div", List.of(from, b.constant(scalar(4))));
    b.output(b.node("Relu", List.of(divided)));
    Graph graph = b.build();
    try (Engine engine = Engines.named("onednn")) {
      runs(graph, engine, NetworkOptions.defaults(), 1, 5, 6, 7);
      try (PreparedNetwork prepared = Network.of(graph).prepare(engine)) {
        assertThat(prepared.passes()).containsEntry("affine", 3);
        assertThat(prepared.steps())
            .filteredOn(step -> step.implementation().equals("java:elementwise"))
            .singleElement()
            .extracting(step -> step.detail())
            .asString()
            .endsWith("mul:per_oc,add:per_oc,relu");
      }
    }
  }

  @Test
  void channelsLastAtTheBorderIsNotReordered() {
    Graph graph = graph();
    long[] dims = {1, 3, 16, 16};
    double[] x = values(dims);
    double[] turned = new double[x.length];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 256; i++) {
        turned[i * 3 + c] = x[c * 256 + i];
      }
    }
    Map<String, Values> expected =
        new ReferenceExecutor(graph)
            .run(Map.of("x", Values.of(new TensorType(ElementType.FLOAT, dims), x)));
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("onednn");
        PreparedNetwork plain =
            Network.of(graph).prepare(engine, Map.of("x", dims), NetworkOptions.defaults());
        PreparedNetwork prepared =
            Network.of(graph)
                .prepare(
                    engine, Map.of("x", dims), NetworkOptions.defaults().withChannelsLast("x"))) {
      assertThat(prepared.reorders()).isEqualTo(plain.reorders() - 1);
      NetworkCall call = prepared.call().input("x", floats(turned, arena));
      Map<String, MemorySegment> outputs = bind(prepared, call, arena);
      call.execute();
      outputs.forEach((name, segment) -> agrees(segment, expected.get(name), name));
    }
  }

  @Test
  void manyCallersGetTheSame() throws Exception {
    Graph graph = graph();
    long[] dims = {1, 3, 24, 24};
    double[] x = values(dims);
    Map<String, Values> expected =
        new ReferenceExecutor(graph)
            .run(Map.of("x", Values.of(new TensorType(ElementType.FLOAT, dims), x)));
    try (Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(2));
        PreparedNetwork prepared =
            Network.of(graph).prepare(engine, Map.of("x", dims), NetworkOptions.defaults());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        running.add(
            threads.submit(
                () -> {
                  try (Arena arena = Arena.ofConfined()) {
                    NetworkCall call = prepared.call().input("x", floats(x, arena));
                    Map<String, MemorySegment> outputs = bind(prepared, call, arena);
                    for (int round = 0; round < 20; round++) {
                      call.execute();
                      outputs.forEach((name, segment) -> agrees(segment, expected.get(name), name));
                    }
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  /** A corner window of a padding as wide as the kernel has no element: its largest is none. */
  @Test
  void windowsMayLieInThePadding() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(1),
            new Dim.Fixed(2),
            new Dim.Fixed(2));
    String pooled =
        b.node(
            "MaxPool",
            List.of(x),
            Map.of("kernel_shape", ints(2L, 2L), "pads", ints(2L, 2L, 0L, 0L)));
    b.output(pooled);
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("vector");
        PreparedNetwork prepared = Network.of(b.build()).prepare(engine)) {
      NetworkCall call = prepared.call().input("x", floats(new double[] {1, 2, 3, 4}, arena));
      MemorySegment y = Objects.requireNonNull(bind(prepared, call, arena).get(pooled));
      call.execute();
      float none = Float.NEGATIVE_INFINITY;
      assertThat(y.toArray(JAVA_FLOAT)).containsExactly(none, none, none, none, 1, 2, none, 3, 4);
    }
  }

  @Test
  void whatIsWrongIsSaid() {
    Graph graph = graph();
    Network network = Network.of(graph);
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("onednn")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> network.prepare(engine))
          .withMessageContaining("leaves dimensions open");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> network.prepare(engine, Map.of("y", new long[] {1}), NetworkOptions.defaults()))
          .withMessageContaining("no input \"y\"");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  network.prepare(
                      engine, Map.of("x", new long[] {1, 4, 8, 8}), NetworkOptions.defaults()))
          .withMessageContaining("x");
      PreparedNetwork prepared =
          network.prepare(
              engine, Map.of("x", new long[] {1, 3, 16, 16}), NetworkOptions.defaults());
      NetworkCall call = prepared.call();
      assertThatIllegalStateException()
          .isThrownBy(call::execute)
          .withMessageContaining("\"x\" is not bound");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> call.input("x", arena.allocate(12)))
          .withMessageContaining("3072 bytes");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> call.input("z", arena.allocate(12)))
          .withMessageContaining("no input \"z\"");
      call.input("x", floats(values(new long[] {1, 3, 16, 16}), arena));
      Map<String, MemorySegment> outputs = bind(prepared, call, arena);
      List<String> names = prepared.outputs();
      call.output(names.get(1), Objects.requireNonNull(outputs.get(names.get(0))).asSlice(0, 20));
      assertThatIllegalArgumentException()
          .isThrownBy(call::execute)
          .withMessageContaining("overlap");
      call.output(names.get(1), Objects.requireNonNull(outputs.get(names.get(1))).asReadOnly());
      assertThatIllegalArgumentException()
          .isThrownBy(call::execute)
          .withMessageContaining("read-only");
      call.output(names.get(1), Objects.requireNonNull(outputs.get(names.get(1))));
      call.execute();
      prepared.close();
      prepared.close();
      assertThatIllegalStateException().isThrownBy(call::execute);
    }
  }
}

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
import io.github.conv4j.networks.report.NetworkStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A graph of small integers, so that every sum is exact, however a pass arranges it. */
final class IntegerGraph {
  private final SplittableRandom random = new SplittableRandom(11);
  private final GraphBuilder builder = new GraphBuilder(13);
  private final Map<String, Constant> inputs = new HashMap<>();

  static Attribute ints(long... values) {
    return new Attribute.Ints(Arrays.stream(values).boxed().toList());
  }

  private Constant integers(long... dims) {
    int count = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-4, 5);
    }
    return Constant.of(values, dims);
  }

  String input(String name, long... dims) {
    inputs.put(name, integers(dims));
    Dim[] fixed = Arrays.stream(dims).mapToObj(Dim.Fixed::new).toArray(Dim[]::new);
    return builder.input(name, ElementType.FLOAT, fixed);
  }

  /** Adds a constant of integers. */
  String weights(long... dims) {
    return builder.constant(integers(dims));
  }

  String constant(Constant constant) {
    return builder.constant(constant);
  }

  String node(String operator, String... values) {
    return node(operator, List.of(values), Map.of());
  }

  String node(String operator, List<String> values, Map<String, Attribute> attributes) {
    return builder.node(operator, values, attributes);
  }

  /** Adds a convolution with a bias. */
  String convolution(String src, Map<String, Attribute> how, long... weights) {
    return node("Conv", List.of(src, weights(weights), weights(weights[0])), how);
  }

  void output(String value) {
    builder.output(value);
  }

  /** Checks values on each engine, and how often a pass applied. */
  void assertExact(String pass, int count, Consumer<List<NetworkStep>> check) {
    Graph graph = builder.build();
    var without = new Run(graph, NetworkOptions.defaults().withoutPass(pass), _ -> {});
    List<float[]> expected = values(without, "reference", 1, pass, 0);
    assertThat(expected).isNotEmpty();
    assertPrecise(graph);
    var with = new Run(graph, NetworkOptions.defaults(), check);
    for (String engine : List.of("reference", "vector", "onednn")) {
      for (int threads : new int[] {1, 2}) {
        List<float[]> actual = values(with, engine, threads, pass, count);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(actual.get(i)).as("%s %d", engine, threads).isEqualTo(expected.get(i));
        }
      }
    }
  }

  /** Of inputs that are not integers every tensor is as near to its definition as it may be. */
  private void assertPrecise(Graph graph) {
    Map<String, Constant> floats = new HashMap<>();
    inputs.forEach(
        (name, values) -> {
          float[] all = new float[(int) values.elementCount()];
          for (int i = 0; i < all.length; i++) {
            all[i] = (float) random.nextGaussian();
          }
          floats.put(name, Constant.of(all, values.dims()));
        });
    try (Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1))) {
      var verifier = new NetworkVerifier(Network.of(graph), engine, NetworkOptions.defaults());
      assertThat(verifier.verify(floats, _ -> {}).firstDivergence()).isEmpty();
    }
  }

  /** Checks only how often a pass applied. */
  void assertApplied(String pass, int count) {
    values(new Run(builder.build(), NetworkOptions.defaults(), _ -> {}), "vector", 1, pass, count);
  }

  private record Run(Graph graph, NetworkOptions options, Consumer<List<NetworkStep>> check) {}

  private List<float[]> values(Run run, String name, int threads, String pass, int count) {
    try (Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(threads));
        Arena arena = Arena.ofConfined();
        PreparedNetwork prepared = Network.of(run.graph).prepare(engine, Map.of(), run.options)) {
      assertThat(prepared.passes().getOrDefault(pass, 0)).isEqualTo(count);
      run.check.accept(prepared.steps());
      NetworkCall call = prepared.call();
      inputs.forEach(
          (input, values) ->
              call.input(
                  input, arena.allocate(values.data().byteSize(), 64).copyFrom(values.data())));
      List<MemorySegment> outputs =
          prepared.outputs().stream()
              .map(output -> arena.allocate(prepared.type(output).byteSize(), 64))
              .toList();
      for (int i = 0; i < outputs.size(); i++) {
        call.output(prepared.outputs().get(i), outputs.get(i));
      }
      call.execute();
      return outputs.stream().map(dst -> dst.toArray(ValueLayout.JAVA_FLOAT)).toList();
    }
  }
}

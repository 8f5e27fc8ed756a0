package io.github.conv4j.networks.internal.definition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.NetworkVerifier;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.ValueInfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ONNX's tests of its operators, prepared and run on engines. Every tensor is held against its
 * definition by {@link NetworkVerifier}, and outputs against what ONNX expects.
 */
@Execution(ExecutionMode.CONCURRENT)
class PreparedNodeTestsTest {
  /** Which inputs of a case are constants of its graph, as files have shapes, axes and weights. */
  enum Given {
    /** None. */
    ALL,
    /** All but floating-point numbers. */
    REALS,
    /** All but the first. */
    FIRST;

    boolean isGiven(int index, Values values) {
      return switch (this) {
        case ALL -> true;
        case REALS -> index == 0 || values.type().element().isReal();
        case FIRST -> index == 0;
      };
    }
  }

  /** What became of a case: nothing where it is as it must be. */
  private final List<String> failures = new ArrayList<>();

  /** How many cases are refused, by what is refused and the operator that they are of. */
  private final Map<String, Integer> refused = new TreeMap<>();

  @ParameterizedTest
  @CsvSource({"onednn, ALL", "vector, REALS", "onednn, FIRST", "vector, FIRST"})
  void givesWhatOnnxExpectsOrRefuses(String name, Given given) {
    try (Engine engine = Engines.named(name)) {
      for (NodeTest test : NodeTestsTest.defined()) {
        Graph graph = test.graph();
        try {
          run(engine, test, graph, given);
        } catch (UnsupportedOperatorException e) {
          assertThat(e).hasMessageMatching("[^\n]+");
          refused.merge(e.operator() + "\t" + operator(graph), 1, Integer::sum);
        } catch (RuntimeException | Error e) {
          failures.add(
              "%s: %s at %s"
                  .formatted(test, e, List.of(e.getStackTrace()).stream().limit(6).toList()));
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(refused).isEqualTo(expectedRefusals(given));
  }

  private static String operator(Graph graph) {
    return graph.nodes().size() == 1 ? graph.nodes().getFirst().operator() : "several";
  }

  private static Map<String, Integer> expectedRefusals(Given given) {
    Map<String, Integer> counts = new TreeMap<>();
    try (var reader =
        new BufferedReader(new InputStreamReader(NodeTest.resource("not-prepared.txt"), UTF_8))) {
      reader
          .lines()
          .map(line -> line.split("\t", -1))
          .filter(columns -> columns[0].equals(given.name()))
          .forEach(
              columns -> counts.put(columns[1] + "\t" + columns[2], Integer.valueOf(columns[3])));
    } catch (IOException e) {
      throw new AssertionError("not-prepared.txt", e);
    }
    return counts;
  }

  private void run(Engine engine, NodeTest test, Graph original, Given given) {
    Map<String, Values> all = test.inputs(original);
    Map<String, Constant> inputs = new LinkedHashMap<>();
    Map<String, Constant> constants = new LinkedHashMap<>(original.constants());
    List<ValueInfo> told = new ArrayList<>();
    for (int i = 0; i < original.inputs().size(); i++) {
      ValueInfo input = original.inputs().get(i);
      Values values = requireNonNull(all.get(input.name()));
      if (given.isGiven(i, values)) {
        told.add(input);
        inputs.put(input.name(), values.toConstant());
      } else {
        constants.put(input.name(), values.toConstant());
      }
    }
    Graph graph =
        new Graph(
            original.name(),
            original.opset(),
            told,
            original.outputs(),
            constants,
            original.nodes());
    Map<String, Values> actual = execute(engine, graph, inputs);
    test.expected(original)
        .forEach(
            (name, expected) -> {
              String wrong = NodeTestsTest.difference(requireNonNull(actual.get(name)), expected);
              if (!wrong.isEmpty()) {
                failures.add("%s: %s %s".formatted(test, name, wrong));
              }
            });
    new NetworkVerifier(Network.of(graph), engine, NetworkOptions.defaults())
        .verify(inputs, _ -> {})
        .firstDivergence()
        .ifPresent(wrong -> failures.add("%s: %s".formatted(test, wrong)));
  }

  private static Map<String, Values> execute(
      Engine engine, Graph graph, Map<String, Constant> inputs) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    inputs.forEach((name, constant) -> dims.put(name, constant.dims()));
    try (Arena arena = Arena.ofConfined();
        PreparedNetwork prepared =
            Network.of(graph).prepare(engine, dims, NetworkOptions.defaults())) {
      NetworkCall call = prepared.call();
      inputs.forEach(
          (name, constant) ->
              call.input(
                  name, arena.allocate(constant.data().byteSize(), 64).copyFrom(constant.data())));
      Map<String, MemorySegment> outputs = new LinkedHashMap<>();
      for (String name : prepared.outputs()) {
        MemorySegment segment = arena.allocate(prepared.type(name).byteSize(), 64);
        segment.fill((byte) -1);
        outputs.put(name, segment);
        call.output(name, segment);
      }
      call.execute();
      Map<String, Values> values = new LinkedHashMap<>();
      outputs.forEach(
          (name, segment) -> {
            PreparedNetwork.Type type = prepared.type(name);
            long[] shape = type.dims().stream().mapToLong(Long::longValue).toArray();
            values.put(name, Values.of(new Constant(type.element(), shape, segment)));
          });
      return values;
    }
  }
}

package io.github.conv4j.networks;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.report.NetworkStep;
import io.github.conv4j.networks.report.NetworkVerdict;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators that have more than their definition, as the table in the documentation says. */
class FastFormsTest {
  private static final Path TABLE = Path.of("../docs/operators.md");
  private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| [\\d, ]+ \\| (\\w+) \\|.*\\|");
  private static final String DEFINITION = "java:definition";
  private static final String COPY = "java:copy";
  private static final String ELEMENTWISE = "java:elementwise";

  private static Map<String, String> told() throws IOException {
    Map<String, String> told = new TreeMap<>();
    for (String line : Files.readAllLines(TABLE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        told.put(row.group(1), row.group(2));
      }
    }
    return told;
  }

  private static Engine engine(String name) {
    return Engines.named(name, EngineOptions.defaults().withThreads(2));
  }

  private static Map<String, long[]> dims(OperatorCase each) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    each.values().forEach((name, values) -> dims.put(name, values.dims()));
    return dims;
  }

  private static List<String> implementations(
      Graph graph, Engine engine, Map<String, long[]> dims) {
    try (PreparedNetwork prepared =
        Network.of(graph).prepare(engine, dims, NetworkOptions.defaults())) {
      return prepared.steps().stream().map(NetworkStep::implementation).toList();
    }
  }

  @Test
  void tableIsOfTheseOperators() throws IOException {
    Map<String, String> told = told();
    assertThat(told.keySet())
        .isEqualTo(
            OperatorCases.all().stream().map(OperatorCase::operator).collect(Collectors.toSet()));
    assertThat(new HashSet<>(told.values())).isEqualTo(Set.of("yes", "fused", "view"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector", "reference"})
  void agreeWithTheDefinition(String name) {
    try (Engine engine = engine(name)) {
      for (OperatorCase each : OperatorCases.all()) {
        assertThat(implementations(each.graph(), engine, dims(each)))
            .as(each.toString())
            .isNotEmpty()
            .doesNotContain(DEFINITION);
        var verifier =
            new NetworkVerifier(Network.of(each.graph()), engine, NetworkOptions.defaults());
        NetworkVerdict verdict = verifier.verify(each.values(), _ -> {});
        assertThat(verdict.firstDivergence()).as(each.toString()).isEmpty();
        assertThat(verdict.tensors()).as(each.toString()).isNotEmpty();
      }
    }
  }

  @Test
  void viewsCopyOnlyAtTheBorder() throws IOException {
    Map<String, String> told = told();
    try (Engine engine = engine("vector")) {
      for (OperatorCase each : OperatorCases.all()) {
        if ("view".equals(told.get(each.operator()))) {
          assertThat(implementations(each.graph(), engine, dims(each)))
              .as(each.toString())
              .containsExactly(COPY);
        }
      }
    }
  }

  @Test
  void fusedOperatorsAreNoSteps() throws IOException {
    Map<String, String> told = told();
    Set<String> seen = new HashSet<>();
    try (Engine engine = engine("vector")) {
      for (OperatorCase each : OperatorCases.all()) {
        if ("fused".equals(told.get(each.operator())) && seen.add(each.operator())) {
          assertThat(
                  implementations(
                      each.behindConvolution(), engine, Map.of("input0", new long[] {1, 4, 5, 6})))
              .as(each.toString())
              .doesNotContain(ELEMENTWISE, DEFINITION)
              .filteredOn(step -> !step.equals(COPY))
              .hasSize(1);
        }
      }
    }
  }

  /** What a fast form cannot do is left to the definition. */
  @Test
  void theRestStaysWithItsDefinition() {
    List<OperatorCase> rest =
        List.of(
            lstm().real("clip", 1),
            lstm().integer("input_forget", 1),
            lstm().texts("activations", "Sigmoid", "Relu", "Tanh"),
            OperatorCase.of("LRN", 13).given(1, 4, 3, 3).integer("size", 3).real("bias", -1),
            OperatorCase.of("Cast", 13)
                .given(ElementType.UINT32, new long[] {1}, 3)
                .integer("to", 1),
            OperatorCase.of("Softsign", 13).given(3, 5));
    try (Engine engine = engine("vector")) {
      for (OperatorCase each : rest) {
        assertThat(implementations(each.graph(), engine, dims(each)))
            .as(each.toString())
            .contains(DEFINITION);
        var verifier =
            new NetworkVerifier(Network.of(each.graph()), engine, NetworkOptions.defaults());
        assertThat(verifier.verify(each.values(), _ -> {}).passed()).as(each.toString()).isTrue();
      }
    }
  }

  private static OperatorCase lstm() {
    return OperatorCase.of("LSTM", 14).given(3, 1, 4).constant(1, 8, 4).constant(1, 8, 2);
  }

  @Test
  void indicesOutsideOfTheAxisAreRefused() {
    long[] one = {1};
    OperatorCase constant = OperatorCase.of("Gather", 13).given(3, 4).list(3);
    OperatorCase given = OperatorCase.of("Gather", 13).given(3, 4).given(ElementType.INT64, one, 2);
    try (Engine engine = engine("vector");
        Arena arena = Arena.ofConfined()) {
      assertThatExceptionOfType(InvalidModelException.class)
          .isThrownBy(() -> implementations(constant.graph(), engine, dims(constant)))
          .withMessageContaining("has index 3 of an axis of 3");
      try (PreparedNetwork prepared =
          Network.of(given.graph()).prepare(engine, dims(given), NetworkOptions.defaults())) {
        MemorySegment index = arena.allocate(Long.BYTES, Long.BYTES);
        MemorySegment dst = arena.allocate(16, 64);
        NetworkCall call =
            prepared
                .call()
                .input("input0", arena.allocate(48, 64))
                .input("input1", index)
                .output(prepared.outputs().getFirst(), dst);
        for (long wrong : new long[] {3, -4, Long.MIN_VALUE, 1L << 32}) {
          index.set(JAVA_LONG, 0, wrong);
          assertThatIllegalArgumentException()
              .isThrownBy(call::execute)
              .withMessage("index %d is outside of an axis of 3", wrong);
        }
        index.set(JAVA_LONG, 0, -3);
        call.execute();
      }
    }
  }

  @Test
  void shapesThatFollowFromValuesAreRefused() {
    OperatorCase boxes =
        OperatorCase.of("NonMaxSuppression", 11)
            .given(1, 6, 4)
            .given(1, 1, 6)
            .constant(Constant.of(new long[] {3}, 1));
    try (Engine engine = engine("vector")) {
      assertThatExceptionOfType(UnsupportedOperatorException.class)
          .isThrownBy(() -> implementations(boxes.graph(), engine, dims(boxes)))
          .withMessageContainingAll("is known only while the network runs", "NonMaxSuppression");
    }
  }
}

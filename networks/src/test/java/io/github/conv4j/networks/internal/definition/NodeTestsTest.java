package io.github.conv4j.networks.internal.definition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.internal.onnx.ModelReader;
import io.github.conv4j.networks.internal.onnx.ModelWriter;
import io.github.conv4j.networks.testing.Graphs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every definition against the tests that ONNX has for its operators. */
class NodeTestsTest {
  private static final double RELATIVE = 1e-3;
  private static final double ABSOLUTE = 1e-7;

  private static final List<NodeTest> ALL = NodeTest.all();

  /** The operator that is refused, by the test's name. */
  private static final Map<String, String> LEFT_OUT = leftOut("left-out.txt");

  /** Quantized by a scale that is rounded to a float on its way: in double one integer differs. */
  private static final List<String> NEED_ROUNDING = List.of("test_dynamicquantizelinear_expanded");

  private static Map<String, String> leftOut(String resource) {
    Map<String, String> operators = new TreeMap<>();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(NodeTest.resource(resource), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        List<String> columns = List.of(line.split("\t", -1));
        assertThat(columns).as(line).hasSize(3).doesNotContain("");
        operators.put(columns.get(0), columns.get(1));
      }
    } catch (IOException e) {
      throw new AssertionError(resource, e);
    }
    return operators;
  }

  static List<NodeTest> defined() {
    return ALL.stream().filter(test -> !LEFT_OUT.containsKey(test.name())).toList();
  }

  static List<NodeTest> leftOut() {
    return ALL.stream().filter(test -> LEFT_OUT.containsKey(test.name())).toList();
  }

  @Test
  void noneIsSkippedSilently() {
    assertThat(defined()).hasSize(1737);
    assertThat(leftOut()).hasSize(535).hasSize(LEFT_OUT.size());
  }

  @Test
  void areWrittenAsTheyWereRead() {
    for (NodeTest test : defined()) {
      Graphs.assertSame(ModelReader.read(ModelWriter.bytes(test.graph())), test.graph());
    }
  }

  @ParameterizedTest
  @MethodSource("defined")
  void givesWhatOnnxExpects(NodeTest test) {
    Graph graph = test.graph();
    for (ReferenceExecutor.Rounding rounding : ReferenceExecutor.Rounding.values()) {
      boolean exempt =
          rounding == ReferenceExecutor.Rounding.NONE
              && NEED_ROUNDING.stream().anyMatch(test.name()::endsWith);
      if (!exempt) {
        ReferenceExecutor executor = new ReferenceExecutor(graph, ElementLimits.DEFAULT, rounding);
        Map<String, Values> outputs = executor.run(test.inputs(graph));
        test.expected(graph)
            .forEach(
                (name, expected) -> assertClose(name, requireNonNull(outputs.get(name)), expected));
      }
    }
  }

  private static void assertClose(String name, Values actual, Values expected) {
    assertThat(difference(actual, expected)).as(name).isEmpty();
  }

  /** Returns where values are further apart than ONNX's own runner of these tests permits. */
  static String difference(Values actual, Values expected) {
    if (!actual.type().equals(expected.type())) {
      return "is %s, not %s".formatted(actual.type(), expected.type());
    }
    if (!expected.type().element().isReal()) {
      return Arrays.equals(actual.integers(), expected.integers())
          ? ""
          : "is %s, not %s".formatted(actual, expected);
    }
    double relative = RELATIVE + precision(expected.type().element());
    double[] rounded = actual.rounded().reals();
    for (int i = 0; i < rounded.length; i++) {
      double wanted = expected.reals()[i];
      double off = Math.abs(rounded[i] - wanted);
      // Infinities and NaN have no distance, but are equal or not.
      if (Double.compare(rounded[i], wanted) != 0
          && !(off <= ABSOLUTE + relative * Math.abs(wanted))) {
        return "[%d] is %s, not %s".formatted(i, rounded[i], wanted);
      }
    }
    return "";
  }

  /** What the expected values themselves may be off by, where they were computed in 16 bits. */
  private static double precision(ElementType element) {
    return switch (element) {
      case FLOAT16 -> 0x1p-10;
      case BFLOAT16 -> 0x1p-6;
      default -> 0;
    };
  }

  @ParameterizedTest
  @MethodSource("defined")
  void infersWhatIsComputed(NodeTest test) {
    Graph graph = test.graph();
    Map<String, Values> inputs = test.inputs(graph);
    Map<String, TensorType> types = new HashMap<>();
    inputs.forEach((name, values) -> types.put(name, values.type()));
    Map<String, Values> computed = new HashMap<>();
    new ReferenceExecutor(graph).run(inputs, (node, name, values) -> computed.put(name, values));

    Inference inference = Inferrer.infer(graph, types, ElementLimits.DEFAULT);

    computed.forEach(
        (name, values) -> {
          if (!inference.unknown().containsKey(name)) {
            assertThat(inference.types().get(name)).as(name).isEqualTo(values.type());
          }
          if (inference.known().containsKey(name)) {
            assertThat(inference.known().get(name)).as(name).isEqualTo(values);
          }
        });
    assertThat(inference.types().keySet()).noneMatch(inference.unknown()::containsKey);
  }

  @ParameterizedTest
  @MethodSource("leftOut")
  void refusesByNameWhatIsLeftOut(NodeTest test) {
    assertThatThrownBy(
            () -> {
              Graph graph = test.graph();
              new ReferenceExecutor(graph).run(test.inputs(graph));
            })
        .isInstanceOfSatisfying(
            UnsupportedOperatorException.class,
            refusal -> assertThat(refusal.operator()).isEqualTo(LEFT_OUT.get(test.name())));
  }
}

package io.github.conv4j.networks.internal.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whole graphs, node by node. */
class ReferenceExecutorTest {
  private static final Dim TEN = new Dim.Fixed(10);

  private final GraphBuilder builder = new GraphBuilder(13);
  private final String x = builder.input("x", ElementType.FLOAT, TEN);

  @Test
  void tellsOfEveryTensorInOrder() {
    String y = builder.node("Relu", List.of(x));
    String z = builder.node("Neg", List.of(y));
    Graph graph = builder.output(z).build();
    List<String> told = new ArrayList<>();

    Map<String, Values> outputs =
        new ReferenceExecutor(graph)
            .run(
                Map.of("x", OneNode.counting(10)),
                (node, name, values) -> told.add(node.operator() + " " + name));

    assertThat(told).containsExactly("Relu " + y, "Neg " + z);
    assertThat(outputs).containsOnlyKeys(z);
    assertThat(only(outputs).reals()[9]).isEqualTo(-9);
  }

  @Test
  void freesWhatNobodyReadsAnyMore() {
    String value = x;
    for (int i = 0; i < 100; i++) {
      value = builder.node("Neg", List.of(value));
    }
    Graph graph = builder.output(value).build();
    ElementLimits twoTensors = new ElementLimits(10, 20, 1);

    Map<String, Values> outputs =
        new ReferenceExecutor(graph, twoTensors, ReferenceExecutor.Rounding.NONE)
            .run(Map.of("x", OneNode.counting(10)));

    assertThat(outputs.get(value)).isEqualTo(OneNode.counting(10));
  }

  @Test
  void anOutputMayBeAnInputOrAConstant() {
    String two = builder.constant(Constant.of(new float[] {2}, 1));
    Graph graph = builder.output(x).output(two).build();

    Map<String, Values> outputs =
        new ReferenceExecutor(graph).run(Map.of("x", OneNode.counting(10)));

    assertThat(outputs.get(x)).isEqualTo(OneNode.counting(10));
    assertThat(outputs.get(two)).isEqualTo(OneNode.floats(2));
  }

  @Test
  void roundsEachTensorOnlyWhereTold() {
    String third = builder.constant(Constant.of(new float[] {3}, 1));
    Graph graph = builder.output(builder.node("Div", List.of(x, third))).build();
    Map<String, Values> given = Map.of("x", OneNode.counting(10));

    double exact = only(new ReferenceExecutor(graph).run(given)).reals()[1];
    double rounded =
        only(new ReferenceExecutor(
                    graph, ElementLimits.DEFAULT, ReferenceExecutor.Rounding.EACH_TENSOR)
                .run(given))
            .reals()[1];

    assertThat(exact).isEqualTo(1 / 3.0);
    assertThat(rounded).isEqualTo(1 / 3f);
  }

  private static Values only(Map<String, Values> outputs) {
    return outputs.values().iterator().next();
  }

  @Test
  void inputsMustBeWhatTheGraphSays() {
    ReferenceExecutor executor =
        new ReferenceExecutor(builder.output(builder.node("Relu", List.of(x))).build());

    assertThatThrownBy(() -> executor.run(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input \"x\" is missing");
    assertThatThrownBy(() -> executor.run(Map.of("x", OneNode.counting(2, 5))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be FLOAT[2, 5]");
  }
}

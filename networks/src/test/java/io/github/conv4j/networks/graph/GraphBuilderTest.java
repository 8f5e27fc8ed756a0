package io.github.conv4j.networks.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A graph in code is the graph that a file would give. */
class GraphBuilderTest {
  private final GraphBuilder builder = new GraphBuilder(17);

  @Test
  void valuesHaveTheirNames() {
    String x = builder.input("x", ElementType.FLOAT, new Dim.Fixed(1));
    String w = builder.constant("w", Constant.of(new float[] {1}, 1));
    String sum = builder.node("Add", List.of(x, w));
    List<String> halves =
        builder.node("Split", List.of(sum, ""), Map.of("axis", Attribute.of(1)), 2);
    Graph graph = builder.name("g").output(halves.get(1)).output(halves.get(0)).build();
    assertThat(graph.name()).isEqualTo("g");
    assertThat(graph.opset()).isEqualTo(17);
    assertThat(graph.inputs()).hasToString("[x: FLOAT[1]]");
    assertThat(graph.constants()).containsOnlyKeys("w");
    assertThat(graph.nodes()).extracting(Node::operator).containsExactly("Add", "Split");
    assertThat(graph.nodes().get(1).inputs()).containsExactly(sum, "");
    assertThat(graph.nodes().get(1).outputs()).isEqualTo(halves).doesNotHaveDuplicates();
    assertThat(graph.nodes().get(1).attributes()).containsEntry("axis", new Attribute.Int(1));
    assertThat(graph.outputs())
        .extracting(ValueInfo::name)
        .containsExactly(halves.get(1), halves.get(0));
  }

  @Test
  void namesThatAreMadeAreNew() {
    String x = builder.input("relu_1", ElementType.FLOAT);
    String first = builder.node("Relu", List.of(x));
    String second = builder.node("Relu", List.of(first));
    String constant = builder.constant(Constant.of(new long[] {1}, 1));
    assertThat(List.of(x, first, second, constant)).doesNotHaveDuplicates();
    assertThat(builder.output(second).build().nodes()).hasSize(2);
  }

  @Test
  void whatIsBuiltDoesNotChangeAfterwards() {
    String x = builder.input("x", ElementType.FLOAT);
    Graph first = builder.output(builder.node("Relu", List.of(x))).build();
    builder.output(builder.node("Tanh", List.of(x)));
    assertThat(first.nodes()).hasSize(1);
    assertThat(first.outputs()).hasSize(1);
    assertThat(builder.build().outputs()).hasSize(2);
  }

  @Test
  void mistakesAreToldWhereTheyAreMade() {
    builder.input("x", ElementType.FLOAT);
    assertRefused(() -> builder.input("x", ElementType.FLOAT), "two values are named \"x\"");
    assertRefused(
        () -> builder.constant("x", Constant.of(new float[] {1}, 1)), "two values are named \"x\"");
    assertRefused(() -> builder.input("", ElementType.FLOAT), "a value needs a name");
    assertRefused(() -> builder.node("Relu", List.of("y")), "Relu reads \"y\", which is not there");
    assertRefused(() -> builder.node("Relu", List.of("x"), Map.of(), 0), "at least 1 but is 0");
    assertRefused(() -> builder.output("y"), "output \"y\" is not there yet");
    builder.output("x");
    assertRefused(() -> builder.output("x"), "\"x\" is an output already");
    assertRefused(() -> new GraphBuilder(0), "at least 1 but is 0");
    assertRefused(() -> new GraphBuilder(17).build(), "the graph has no output");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void attributes() {
    assertThat(Attribute.of(3)).isEqualTo(new Attribute.Int(3));
    assertThat(Attribute.of(3L)).isEqualTo(new Attribute.Int(3));
    assertThat(Attribute.of(0.5f)).isEqualTo(new Attribute.Real(0.5f));
    assertThat(Attribute.of("SAME_UPPER")).isEqualTo(new Attribute.Text("SAME_UPPER"));
    assertThat(Attribute.ofInts(1, 2)).isEqualTo(new Attribute.Ints(List.of(1L, 2L)));
  }
}

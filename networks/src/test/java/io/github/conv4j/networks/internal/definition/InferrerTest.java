package io.github.conv4j.networks.internal.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is known of a graph's values once the shapes of its inputs are. */
class InferrerTest {
  private final GraphBuilder builder = new GraphBuilder(13);
  private final String x =
      builder.input("x", ElementType.FLOAT, new Dim.Symbol("n"), new Dim.Symbol("m"));

  private Inference infer(String output, ElementLimits limits) {
    Graph graph = builder.output(output).build();
    return Inferrer.infer(graph, Map.of("x", new TensorType(ElementType.FLOAT, 2, 6)), limits);
  }

  private String halved() {
    String shape = builder.node("Shape", List.of(x));
    String last =
        builder.node(
            "Gather",
            List.of(shape, builder.constant(Constant.of(new long[] {1}, 1))),
            Map.of("axis", Attribute.of(0)));
    String half = builder.node("Div", List.of(last, builder.constant(Constant.of(new long[] {2}))));
    String rest = builder.constant(Constant.of(new long[] {-1}, 1));
    return builder.node("Concat", List.of(rest, half), Map.of("axis", Attribute.of(0)));
  }

  @Test
  void shapesAreComputedAlthoughNoInputIsKnown() {
    String target = halved();
    String y = builder.node("Reshape", List.of(x, target));

    Inference inference = infer(y, ElementLimits.DEFAULT);

    assertThat(inference.types().get(y)).isEqualTo(new TensorType(ElementType.FLOAT, 4, 3));
    assertThat(inference.known().get(target)).isEqualTo(Values.list(-1, 3));
    assertThat(inference.known()).doesNotContainKeys(x, y);
    assertThat(inference.unknown()).isEmpty();
  }

  @Test
  void whatFollowsFromValuesIsUnknownWithTheFirstReason() {
    String places = builder.node("NonZero", List.of(x));
    String after = builder.node("Cast", List.of(places), Map.of("to", Attribute.of(1)));
    String y = builder.node("Relu", List.of(after));

    Inference inference = infer(y, ElementLimits.DEFAULT);

    assertThat(inference.types()).containsOnlyKeys(x);
    assertThat(inference.unknown()).containsOnlyKeys(places, after, y);
    assertThat(inference.unknown().get(y))
        .isEqualTo("NonZero \"nonzero_1\" needs the values of \"x\"");
  }

  @Test
  void theShapeOfSomethingUnknownIsUnknown() {
    String y = builder.node("Shape", List.of(builder.node("NonZero", List.of(x))));

    assertThat(infer(y, ElementLimits.DEFAULT).unknown()).containsKey(y);
  }

  @Test
  void foldingStopsAtItsLimitButTypesAreStillKnown() {
    String shape = builder.constant(Constant.of(new long[] {1000}, 1));
    String zeros = builder.node("ConstantOfShape", List.of(shape));

    Inference inference = infer(zeros, new ElementLimits(1 << 20, 1 << 20, 999));

    assertThat(inference.types().get(zeros)).isEqualTo(new TensorType(ElementType.FLOAT, 1000));
    assertThat(inference.known()).doesNotContainKey(zeros);
  }

  @Test
  void weightsAreNotReadWhereNoShapeFollowsFromThem() {
    String w = builder.constant(Constant.of(new float[12], 6, 2));
    String y = builder.node("MatMul", List.of(x, w));

    Inference inference = infer(y, ElementLimits.DEFAULT);

    assertThat(inference.types().get(y)).isEqualTo(new TensorType(ElementType.FLOAT, 2, 2));
    assertThat(inference.known()).isEmpty();
  }

  @Test
  void constantsOfConstantsAreKnown() {
    String w = builder.constant(Constant.of(new float[] {1, 2, 3, 4}, 2, 2));
    String turned = builder.node("Transpose", List.of(w));
    String y = builder.node("Identity", List.of(turned));

    assertThat(infer(y, ElementLimits.DEFAULT).known().get(y))
        .isEqualTo(Values.floats(new double[] {1, 3, 2, 4}, 2, 2));
  }

  @Test
  void inputsMustBeWhatTheGraphSays() {
    Graph graph = builder.output(builder.node("Relu", List.of(x))).build();

    assertThatThrownBy(() -> Inferrer.infer(graph, Map.of(), ElementLimits.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input \"x\" has no type");
    assertThatThrownBy(
            () ->
                Inferrer.infer(
                    graph,
                    Map.of("x", new TensorType(ElementType.INT64, 1, 1)),
                    ElementLimits.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be INT64[1, 1]");
  }

  @Test
  void aMalformedNodeIsNamed() {
    String y = builder.node("Flatten", List.of(x), Map.of("axis", Attribute.of(3)));

    assertThatThrownBy(() -> infer(y, ElementLimits.DEFAULT))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("Flatten \"flatten_1\" has axis 3 for FLOAT[2, 6]");
  }
}

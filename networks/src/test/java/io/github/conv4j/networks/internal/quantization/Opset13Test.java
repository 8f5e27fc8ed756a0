package io.github.conv4j.networks.internal.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.Inferrer;
import io.github.conv4j.networks.internal.definition.ReferenceExecutor;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Opset13Test {
  @ParameterizedTest
  @ValueSource(ints = {11, 12})
  void saysTheSameInNewerOperators(int opset) {
    var b = new GraphBuilder(opset);
    var any = new Dim.Symbol("n");
    String x = b.input("x", ElementType.FLOAT, any, new Dim.Fixed(4), any, new Dim.Fixed(1));
    for (String operator : List.of("Softmax", "LogSoftmax", "Hardmax")) {
      b.output(b.node(operator, List.of(x)));
      b.output(b.node(operator, List.of(x), Map.of("axis", Attribute.of(2))));
      b.output(b.node(operator, List.of(x), Map.of("axis", Attribute.of(-1))));
      b.output(b.node(operator, List.of(x), Map.of("axis", Attribute.of(0))));
    }
    b.output(b.node("Squeeze", List.of(x), Map.of("axes", Attribute.ofInts(-1))));
    b.output(b.node("Squeeze", List.of(x)));
    b.output(b.node("Unsqueeze", List.of(x), Map.of("axes", Attribute.ofInts(0, 2))));
    b.output(b.node("ReduceSum", List.of(x), Map.of("axes", Attribute.ofInts(1))));
    b.output(b.node("ReduceSum", List.of(x)));
    Map<String, Attribute> split = Map.of("axis", Attribute.of(1), "split", Attribute.ofInts(1, 3));
    b.node("Split", List.of(x), split, 2).forEach(b::output);
    b.node("Split", List.of(x), Map.of("axis", Attribute.of(1)), 2).forEach(b::output);
    Graph graph = b.build();
    var type = new TensorType(ElementType.FLOAT, 3, 4, 3, 1);
    double[] values = IntStream.range(0, 36).mapToDouble(i -> i * 7 % 11 - 5).toArray();
    Map<String, Values> inputs = Map.of("x", Values.of(type, values));

    Graph newer =
        Opset13.of(graph, Inferrer.infer(graph, Map.of("x", type), ElementLimits.DEFAULT).types());

    assertThat(newer.opset()).isEqualTo(13);
    assertThat(new ReferenceExecutor(newer).run(inputs))
        .isEqualTo(new ReferenceExecutor(graph).run(inputs));
    assertThat(Opset13.of(newer, Map.of())).isSameAs(newer);
  }
}

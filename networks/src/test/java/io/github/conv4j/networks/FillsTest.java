package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Weights that a file describes by their dimensions and one number. */
class FillsTest {
  /** Together more than inference folds; what is small is folded there. */
  private static final int ROWS = 4099;

  private static final int COLUMNS = 4097;

  @Test
  void weightsOfOneValueAreConstants() {
    var b = new GraphBuilder(13);
    String x = b.input("x", ElementType.FLOAT, new Dim.Fixed(1), new Dim.Fixed(ROWS));
    String eighths = fill(b, Map.of("value", eighth()), ROWS, COLUMNS);
    String zeros = fill(b, Map.of(), COLUMNS, 3);
    Graph graph =
        b.output(b.node("MatMul", List.of(x, eighths)))
            .output(b.node("MatMul", List.of(b.node("MatMul", List.of(x, eighths)), zeros)))
            .build();

    try (Engine engine = Engines.named("vector");
        PreparedNetwork prepared = Network.of(graph).prepare(engine);
        Arena arena = Arena.ofConfined()) {
      assertThat(prepared.passes()).containsEntry("fills", 1);
      assertThat(prepared.steps()).noneMatch(step -> step.implementation().contains("definition"));
      MemorySegment src = arena.allocate(4L * ROWS);
      for (int i = 0; i < ROWS; i++) {
        src.setAtIndex(ValueLayout.JAVA_FLOAT, i, i % 2 == 0 ? 8 : -8);
      }
      MemorySegment products = arena.allocate(4L * COLUMNS);
      MemorySegment nothing = arena.allocate(4L * 3);
      prepared
          .call()
          .input("x", src)
          .output(graph.outputs().get(0).name(), products)
          .output(graph.outputs().get(1).name(), nothing)
          .execute();

      // One 8 more than there are of -8, times 1/8.
      assertThat(products.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(1);
      assertThat(nothing.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
    }
  }

  private static Attribute eighth() {
    return new Attribute.Tensor(Constant.of(new float[] {0.125f}, 1));
  }

  private static String fill(GraphBuilder b, Map<String, Attribute> value, long... dims) {
    String shape = b.constant(Constant.of(dims, dims.length));
    return b.node("ConstantOfShape", List.of(shape), value);
  }
}

package io.github.conv4j.examples.server;

import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Networks that need no file. */
final class TestModels {
  private TestModels() {}

  /** Adds {@code a} and {@code b} of any length, and divides by a third number what it is given. */
  static Network sum() {
    var b = new GraphBuilder(17);
    String left = b.input("a", ElementType.FLOAT, new Dim.Symbol("n"));
    String right = b.input("b", ElementType.FLOAT, new Dim.Symbol("n"));
    b.output(b.node("Add", List.of(left, right)));
    b.output(b.node("Div", List.of(left, right)));
    return Network.of(b.build());
  }

  /** Each output is one of its input's channels, each of which passes through a convolution. */
  static Network picture() {
    var b = new GraphBuilder(17);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(3),
            new Dim.Unknown(),
            new Dim.Unknown());
    float[] weights = {2, 0, 0, 0, 2, 0, 0, 0, 2};
    b.output(b.node("Conv", List.of(x, b.constant(Constant.of(weights, 3, 3, 1, 1)))));
    return Network.of(b.build());
  }

  /** Takes some hundredths of a second. */
  static Network slow() {
    var b = new GraphBuilder(17);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(32),
            new Dim.Fixed(96),
            new Dim.Fixed(96));
    float[] weights = new float[32 * 32 * 9];
    Arrays.fill(weights, 0.01f);
    for (int i = 0; i < 8; i++) {
      x =
          b.node(
              "Conv",
              List.of(x, b.constant(Constant.of(weights, 32, 32, 3, 3))),
              Map.of("pads", new Attribute.Ints(List.of(1L, 1L, 1L, 1L))));
    }
    b.output(b.node("ReduceMean", List.of(x)));
    return Network.of(b.build());
  }

  /** Takes and gives numbers of all types but one that JSON has words for. */
  static Network same(ElementType type) {
    var b = new GraphBuilder(17);
    b.output(b.node("Identity", List.of(b.input("x", type, new Dim.Unknown()))));
    return Network.of(b.build());
  }
}

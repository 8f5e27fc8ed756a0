package io.github.conv4j.networks.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import java.util.Map;

/** Compares graphs, whose constants have no equality of their own. */
public final class Graphs {
  private Graphs() {}

  /** Asserts that two graphs say the same, constants to the bit. */
  public static void assertSame(Graph actual, Graph expected) {
    assertThat(actual.name()).isEqualTo(expected.name());
    assertThat(actual.opset()).isEqualTo(expected.opset());
    assertThat(actual.inputs()).isEqualTo(expected.inputs());
    assertThat(actual.outputs()).isEqualTo(expected.outputs());
    assertThat(actual.constants().keySet()).isEqualTo(expected.constants().keySet());
    expected
        .constants()
        .forEach((name, constant) -> assertSame(name, actual.constants().get(name), constant));
    assertThat(actual.nodes()).hasSameSizeAs(expected.nodes());
    for (int i = 0; i < expected.nodes().size(); i++) {
      assertSame(actual.nodes().get(i), expected.nodes().get(i));
    }
  }

  private static void assertSame(Node actual, Node expected) {
    String what = expected.toString();
    assertThat(bare(actual)).as(what).isEqualTo(bare(expected));
    assertThat(actual.attributes().keySet()).as(what).isEqualTo(expected.attributes().keySet());
    expected
        .attributes()
        .forEach(
            (name, attribute) -> {
              Attribute other = actual.attributes().get(name);
              if (attribute instanceof Attribute.Tensor(Constant constant)
                  && other instanceof Attribute.Tensor(Constant same)) {
                assertSame(what + " " + name, same, constant);
              } else {
                assertThat(other).as("%s %s", what, name).isEqualTo(attribute);
              }
            });
  }

  private static Node bare(Node node) {
    return new Node(
        node.name(), node.domain(), node.operator(), node.inputs(), node.outputs(), Map.of());
  }

  private static void assertSame(String name, Constant actual, Constant expected) {
    assertThat(actual.toString()).as(name).isEqualTo(expected.toString());
    assertThat(actual.data().mismatch(expected.data())).as(name).isEqualTo(-1);
  }
}

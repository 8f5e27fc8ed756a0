package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.List;
import java.util.Map;

/** {@code x * gate + x} becomes {@code x * (gate + 1)} where the gate is much smaller than x. */
final class Gates implements Pass {
  @Override
  public String name() {
    return "gates";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "Add") && (rewrite(draft, node, 0) || rewrite(draft, node, 1))) {
        count++;
      }
    }
    return count;
  }

  private static boolean rewrite(Draft draft, Node sum, int side) {
    Node product = draft.writer(sum.inputs().get(side));
    String x = sum.inputs().get(1 - side);
    if (product == null
        || !Attributes.is(product, "Mul")
        || !product.inputs().contains(x)
        || draft.onlyReader(product.outputs().getFirst()) == null) {
      return false;
    }
    String gate = product.inputs().get(product.inputs().get(0).equals(x) ? 1 : 0);
    TensorType type = draft.type(gate);
    boolean small =
        type.element() == ElementType.FLOAT
            && draft.constant(gate) == null
            && type.elementCount() * 4 <= draft.type(x).elementCount()
            && draft.onlyReader(gate) != null
            && draft.type(x).equals(draft.type(sum.outputs().getFirst()));
    if (!small) {
      return false;
    }
    String opened = draft.newName();
    draft.setType(opened, type);
    Node empty = Fused.node(sum.name(), Fused.POINTWISE, List.of(gate), "", Map.of());
    Node opening = Fused.then(empty, PostOp.linear(1, 1), List.of(), opened);
    draft.replace(List.of(product), opening);
    draft.replace(
        List.of(sum),
        new Node(product.name(), "", "Mul", List.of(x, opened), sum.outputs(), Map.of()));
    return true;
  }
}

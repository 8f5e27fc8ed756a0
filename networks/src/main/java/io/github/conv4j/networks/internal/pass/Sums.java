package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sums of two or more floats of one shape become additions, which are fused like others. */
final class Sums implements Pass {
  @Override
  public String name() {
    return "sums";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "Sum") && serves(draft, node)) {
        replace(draft, node);
        count++;
      }
    }
    return count;
  }

  /** Of two, either may be repeated along some axes. */
  private static boolean serves(Draft draft, Node node) {
    TensorType type = draft.type(node.outputs().getFirst());
    int terms = node.inputs().size();
    return type.element() == ElementType.FLOAT
        && terms >= 2
        && (terms == 2 || node.inputs().stream().allMatch(input -> draft.type(input).equals(type)));
  }

  private static void replace(Draft draft, Node node) {
    List<Node> additions = new ArrayList<>();
    List<String> terms = node.inputs();
    String sum = terms.getFirst();
    for (int i = 1; i < terms.size(); i++) {
      String output = node.outputs().getFirst();
      if (i < terms.size() - 1) {
        TensorType type = draft.type(output);
        output = draft.newName();
        draft.setType(output, type);
      }
      additions.add(add(node, List.of(sum, terms.get(i)), output));
      sum = output;
    }
    draft.replace(node, additions);
  }

  private static Node add(Node sum, List<String> terms, String output) {
    return new Node(sum.name(), "", "Add", terms, List.of(output), Map.of());
  }
}

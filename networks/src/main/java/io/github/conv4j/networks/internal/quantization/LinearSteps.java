package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Draft;
import io.github.conv4j.networks.internal.pass.Fused;
import io.github.conv4j.networks.internal.pass.Passes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rearranges linear steps as networks of floats are when they run, and says them in ONNX's
 * operators: each step that falls away is a rounding to bytes less.
 */
final class LinearSteps {
  private static final String COMPOSITIONS = "compositions";

  /** The first makes nodes of what the others look for. */
  private static final Set<String> REARRANGING =
      Set.of("convolutions", "gates", "means", COMPOSITIONS);

  private static final PostOp ONE_MORE = PostOp.linear(1, 1);

  private LinearSteps() {}

  /**
   * Rearranges.
   *
   * @param namesCount whether somebody said of nodes what is to become of them, so that none may go
   */
  static void apply(Draft draft, boolean namesCount) {
    Set<String> others =
        Passes.names().stream()
            .filter(name -> !REARRANGING.contains(name))
            .collect(Collectors.toSet());
    if (namesCount) {
      others.add(COMPOSITIONS);
    }
    Passes.apply(draft, others);
    for (Node node : draft.nodes()) {
      if (Fused.is(node)) {
        draft.replace(List.of(node), ofOnnx(draft, node));
      }
    }
    nameApart(draft);
  }

  /** ONNX Runtime refuses two nodes of one name, which a node that is there twice now has. */
  private static void nameApart(Draft draft) {
    Set<String> names = new HashSet<>();
    draft.nodes().forEach(node -> names.add(node.name()));
    Set<String> seen = new HashSet<>();
    for (Node node : draft.nodes()) {
      if (!node.name().isEmpty() && !seen.add(node.name())) {
        String name = node.name();
        for (int i = 2; !names.add(name); i++) {
          name = node.name() + "_" + i;
        }
        seen.add(name);
        draft.replace(
            List.of(node),
            new Node(
                name,
                node.domain(),
                node.operator(),
                node.inputs(),
                node.outputs(),
                node.attributes()));
      }
    }
  }

  private static Node ofOnnx(Draft draft, Node node) {
    if (Fused.hasWeights(node) && Fused.postOps(node).isEmpty()) {
      return new Node(
          node.name(),
          "",
          node.operator(),
          withoutEmptyEnd(node.inputs()),
          node.outputs(),
          node.attributes());
    }
    if (node.operator().equals(Fused.POINTWISE)
        && Fused.postOps(node).list().equals(List.of(ONE_MORE))) {
      String one = draft.add(new float[] {1});
      return new Node(
          node.name(), "", "Add", List.of(node.inputs().getFirst(), one), node.outputs(), Map.of());
    }
    throw new AssertionError(node);
  }

  /** An empty name at the end says that there is no bias. */
  private static List<String> withoutEmptyEnd(List<String> inputs) {
    List<String> named = new ArrayList<>(inputs);
    while (named.getLast().isEmpty()) {
      named.removeLast();
    }
    return named;
  }
}

package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Draft;
import io.github.conv4j.networks.internal.pass.Fused;
import io.github.conv4j.networks.internal.pass.Passes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rearranges linear steps as networks of floats are when they run, and says them in ONNX's
 * operators: each step that falls away is a rounding to bytes less.
 */
final class LinearSteps {
  /** The first makes nodes of what the others look for. */
  private static final Set<String> REARRANGING =
      Set.of("convolutions", "gates", "means", "compositions");

  private static final PostOp ONE_MORE = PostOp.linear(1, 1);

  private LinearSteps() {}

  static void apply(Draft draft) {
    Set<String> others =
        Passes.names().stream()
            .filter(name -> !REARRANGING.contains(name))
            .collect(Collectors.toSet());
    Passes.apply(draft, others);
    for (Node node : draft.nodes()) {
      if (Fused.is(node)) {
        draft.replace(List.of(node), ofOnnx(draft, node));
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

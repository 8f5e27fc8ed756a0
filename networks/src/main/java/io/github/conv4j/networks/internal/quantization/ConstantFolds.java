package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.pass.Draft;
import java.util.Map;

/** Makes constants of what follows from constants alone: whatever the shapes of inputs are. */
final class ConstantFolds {
  /** What is larger than all that it follows from makes a file larger. */
  private static final long MOST_GROWN_ELEMENTS = 1 << 16;

  private ConstantFolds() {}

  /**
   * Folds.
   *
   * @param known values for inputs of one shape
   */
  static void apply(Draft draft, Map<String, Values> known) {
    for (Node node : draft.nodes()) {
      if (followsFromConstants(draft, node)) {
        for (String output : node.outputs()) {
          Values value = known.get(output);
          if (value != null && value.size() <= mostElements(draft, node)) {
            draft.setConstant(output, value.toConstant());
          }
        }
      }
    }
    draft.removeUnread();
  }

  private static boolean followsFromConstants(Draft draft, Node node) {
    return node.inputs().stream()
        .allMatch(input -> input.isEmpty() || draft.constant(input) != null);
  }

  private static long mostElements(Draft draft, Node node) {
    long elements = MOST_GROWN_ELEMENTS;
    for (String input : node.inputs()) {
      elements = Math.max(elements, input.isEmpty() ? 0 : draft.type(input).elementCount());
    }
    return elements;
  }
}

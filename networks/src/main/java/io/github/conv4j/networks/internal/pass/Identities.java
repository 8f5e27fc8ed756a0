package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Node;

/** Takes out nodes that change nothing: Identity, Dropout at inference, Cast to the same type. */
final class Identities implements Pass {
  @Override
  public String name() {
    return "identities";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node before : draft.nodes()) {
      String output = before.outputs().getFirst();
      // As it is now: it may read another value since the one before it is gone.
      Node node = changesNothing(draft, before) ? draft.writer(output) : null;
      if (node == null || output.isEmpty()) {
        continue;
      }
      String input = node.inputs().getFirst();
      if (!draft.isOutput(output)) {
        draft.bypass(node, output, input);
        count++;
      } else if (draft.onlyReader(input) != null && draft.writer(input) != null) {
        draft.takeOutput(node, input, output);
        count++;
      }
    }
    return count;
  }

  private static boolean changesNothing(Draft draft, Node node) {
    if (Attributes.is(node, "Identity")) {
      return true;
    }
    if (Attributes.is(node, "Dropout")) {
      boolean masked = node.outputs().size() > 1 && draft.isRead(node.outputs().get(1));
      return !masked && !node.hasInput(2);
    }
    return Attributes.is(node, "Cast", "CastLike")
        && draft.type(node.inputs().getFirst()).equals(draft.type(node.outputs().getFirst()));
  }
}

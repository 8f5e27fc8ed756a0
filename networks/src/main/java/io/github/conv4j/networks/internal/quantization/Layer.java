package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Node;
import java.util.List;

/**
 * Nodes that compute together: between them nothing is rounded to integers.
 *
 * @param nodes the first, and the functions of single elements behind it
 * @param inputs what it reads and is no constant
 * @param outputs what others read of it
 */
record Layer(Kind kind, List<Node> nodes, List<String> inputs, List<String> outputs) {
  /** How integers go through it. */
  enum Kind {
    /** Products of what it reads and weights. */
    WEIGHTS,
    /** A result with a scale of its own. */
    OWN_SCALE,
    /** Moves or compares values: the scale of the result is that of what it reads. */
    SAME_SCALE
  }

  Node head() {
    return nodes.getFirst();
  }

  String output() {
    return outputs.getFirst();
  }

  boolean hasWeights() {
    return kind == Kind.WEIGHTS;
  }
}

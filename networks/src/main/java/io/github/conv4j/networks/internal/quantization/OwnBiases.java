package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Draft;
import java.util.ArrayList;
import java.util.List;

/** Gives each convolution a bias that it shares with nobody, of zeros where it had none. */
final class OwnBiases {
  private OwnBiases() {}

  static void apply(Draft draft) {
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "Conv", "ConvTranspose")
          && draft.floats(node.inputs().get(1)) != null) {
        float[] bias = newBias(draft, node);
        if (bias.length > 0) {
          List<String> inputs = new ArrayList<>(node.inputs().subList(0, 2));
          inputs.add(draft.add(bias, bias.length));
          draft.replaceInputs(node, inputs);
        }
      }
    }
    draft.removeUnread();
  }

  /** Returns another bias for a convolution, empty where it keeps what it has. */
  private static float[] newBias(Draft draft, Node node) {
    if (!node.hasInput(2)) {
      return new float[(int) draft.type(node.outputs().getFirst()).dim(1)];
    }
    String given = node.inputs().get(2);
    float[] numbers = draft.floats(given);
    return numbers == null || draft.onlyReader(given) != null ? new float[0] : numbers;
  }
}

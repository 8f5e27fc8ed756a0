package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Convolutions with constant weights become those that take post-ops. */
final class Convolutions implements Pass {
  @Override
  public String name() {
    return "convolutions";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (!Attributes.is(node, Fused.CONV, Fused.CONV_TRANSPOSE) || !serves(draft, node)) {
        continue;
      }
      String bias = node.hasInput(2) ? node.inputs().get(2) : "";
      List<String> inputs = List.of(node.inputs().get(0), node.inputs().get(1), bias);
      draft.replace(
          List.of(node),
          Fused.node(
              node.name(), node.operator(), inputs, node.outputs().getFirst(), node.attributes()));
      count++;
    }
    return count;
  }

  private static boolean serves(Draft draft, Node node) {
    return hasConstants(draft, node)
        && (node.operator().equals(Fused.CONV)
            || TransposedPadding.of(
                    node,
                    draft.type(node.inputs().get(0)).dims(),
                    draft.type(node.inputs().get(1)).dims(),
                    draft.type(node.outputs().getFirst()).dims())
                .isUsual(node));
  }

  private static boolean hasConstants(Draft draft, Node node) {
    int rank = draft.type(node.inputs().getFirst()).rank();
    return rank >= 3
        && rank <= 5
        && draft.type(node.inputs().getFirst()).element() == ElementType.FLOAT
        && draft.type(node.inputs().getFirst()).elementCount() > 0
        && draft.constant(node.inputs().get(1)) != null
        && (!node.hasInput(2) || draft.constant(node.inputs().get(2)) != null)
        && draft.type(node.outputs().getFirst()).elementCount() > 0;
  }

  /**
   * Whether a node is a convolution or a product of floats, without groups and with nothing behind
   * it yet.
   */
  static boolean isPlain(Draft draft, Node node) {
    return Fused.is(node)
        && (node.operator().equals(Fused.CONV) || node.operator().equals(Fused.PRODUCT))
        && draft.type(node.inputs().getFirst()).element() == ElementType.FLOAT
        && Fused.postOps(node).isEmpty()
        && Attributes.integer(node, "group", 1) == 1;
  }

  /** Whether a node with weights computes each pixel of that pixel alone. */
  static boolean isPointwise(Draft draft, Node node) {
    long[] dims = draft.type(node.inputs().get(1)).dims();
    int axes = dims.length - 2;
    return Attributes.areAll(1, Arrays.copyOfRange(dims, 2, dims.length))
        && Attributes.areAll(1, Attributes.integers(node, "strides", axes, 1))
        && Attributes.areAll(0, Attributes.integers(node, "pads", 2 * axes, 0));
  }

  /** Returns the weights of a node that has them as floats. */
  static float[] weights(Draft draft, Node node) {
    return Objects.requireNonNull(draft.floats(node.inputs().get(1)), "weights are constants");
  }

  static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}

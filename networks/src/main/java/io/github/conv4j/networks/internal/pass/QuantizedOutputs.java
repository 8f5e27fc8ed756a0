package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is quantized behind a convolution of integers is written as integers by it. */
final class QuantizedOutputs implements Pass {
  @Override
  public String name() {
    return "quantized-outputs";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      String value = node.outputs().getFirst();
      if (!Fused.hasWeights(node)
          || !Fused.isQuantized(node)
          || draft.type(value).element() != ElementType.FLOAT) {
        continue;
      }
      Node reader = draft.onlyReader(value);
      Scaling scaling = reader == null ? null : toBytes(draft, reader);
      if (reader != null && scaling != null) {
        Node written =
            Fused.quantized(
                node,
                Fused.quantization(node).withDst(scaling.scale(0), scaling.zeroPoint(0)),
                reader.outputs().getFirst());
        draft.replace(List.of(node, reader), written);
        count++;
      }
    }
    return count;
  }

  /** Returns how a node quantizes to 8 bits with one scale, or null where it does not. */
  static @Nullable Scaling toBytes(Draft draft, Node node) {
    if (!Attributes.is(node, "QuantizeLinear")
        || !Dequantized.isByte(draft, node.outputs().getFirst())) {
      return null;
    }
    Scaling scaling = Scaling.of(draft, node);
    return scaling != null && scaling.isSingle() ? scaling : null;
  }
}

package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.tensor.Quantization;
import java.util.ArrayList;
import java.util.List;

/**
 * Chains of functions read what was dequantized as integers, and write what is quantized behind
 * them as integers.
 */
final class IntegerPointwise implements Pass {
  @Override
  public String name() {
    return "integer-pointwise";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (Fused.is(node)
          && node.operator().equals(Fused.POINTWISE)
          && draft.type(node.inputs().getFirst()).element() == ElementType.FLOAT) {
        count += rewrite(draft, node) ? 1 : 0;
      }
    }
    return count;
  }

  private static boolean rewrite(Draft draft, Node node) {
    List<String> inputs = new ArrayList<>(node.inputs());
    List<Scaling> scalings = new ArrayList<>();
    List<Integer> scaled = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Dequantized integers = Dequantized.tensor(draft, inputs.get(i));
      if (integers != null) {
        inputs.set(i, integers.integers());
        scalings.add(integers.scaling());
        scaled.add(i);
      }
    }
    String output = node.outputs().getFirst();
    Node reader = draft.onlyReader(output);
    Scaling ofDst = reader == null ? null : QuantizedOutputs.toBytes(draft, reader);
    if (scaled.isEmpty() && ofDst == null) {
      return false;
    }
    Node integers = Fused.node(node.name(), node.operator(), inputs, output, node.attributes());
    for (int i = 0; i < scaled.size(); i++) {
      integers = Fused.withScaling(integers, scaled.get(i), scalings.get(i));
    }
    if (ofDst == null || reader == null) {
      draft.replace(List.of(node), integers);
    } else {
      Quantization dst = Quantization.none().withDst(ofDst.scale(0), ofDst.zeroPoint(0));
      draft.replace(
          List.of(node, reader), Fused.quantized(integers, dst, reader.outputs().getFirst()));
    }
    return true;
  }
}

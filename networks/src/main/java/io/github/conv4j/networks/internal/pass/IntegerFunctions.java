package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.tensor.Quantization;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chains of functions, and means of whole images, read what was dequantized as integers, and write
 * what is quantized behind them as integers.
 */
final class IntegerFunctions implements Pass {
  /** The sum of so many bytes is an integer of 32 bits. */
  private static final long MOST_PIXELS = 1L << 23;

  @Override
  public String name() {
    return "integer-functions";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      count += operator(draft, node) != null && rewrite(draft, node) ? 1 : 0;
    }
    return count;
  }

  /** Returns what reads and writes integers for a node of floats, or null where nothing does. */
  private static @Nullable String operator(Draft draft, Node node) {
    String src = node.inputs().getFirst();
    if (Fused.is(node)) {
      return node.operator().equals(Fused.POINTWISE)
              && draft.type(src).element() == ElementType.FLOAT
          ? Fused.POINTWISE
          : null;
    }
    TensorType type = draft.type(src);
    boolean isMean =
        Attributes.is(node, "GlobalAveragePool")
            && Dequantized.tensor(draft, src) != null
            && type.elementCount() > 0
            && type.elementCount() / type.dim(0) / type.dim(1) <= MOST_PIXELS;
    return isMean ? Fused.MEAN : null;
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
    String operator = Objects.requireNonNull(operator(draft, node));
    Node integers = Fused.node(node.name(), operator, inputs, output, node.attributes());
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

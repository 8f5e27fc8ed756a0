package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.List;
import java.util.Map;

/** Products with constant weights become pointwise convolutions over the innermost axis. */
final class Products implements Pass {
  @Override
  public String name() {
    return "products";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "MatMul")) {
        count += matMul(draft, node);
      } else if (Attributes.is(node, "Gemm")) {
        count += gemm(draft, node);
      }
    }
    return count;
  }

  private static int matMul(Draft draft, Node node) {
    TensorType src = draft.type(node.inputs().get(0));
    TensorType weights = draft.type(node.inputs().get(1));
    float[] values = draft.floats(node.inputs().get(1));
    if (values == null
        || src.element() != ElementType.FLOAT
        || src.elementCount() == 0
        || weights.elementCount() == 0
        || weights.rank() != 2
        || src.rank() < 2) {
      return 0;
    }
    int k = (int) weights.dim(0);
    int n = (int) weights.dim(1);
    return put(draft, node, turned(values, k, n, 1), "", n, k);
  }

  private static int gemm(Draft draft, Node node) {
    TensorType weights = draft.type(node.inputs().get(1));
    float[] values = draft.floats(node.inputs().get(1));
    boolean hasBias = node.hasInput(2);
    if (values == null
        || draft.type(node.inputs().getFirst()).element() != ElementType.FLOAT
        || draft.type(node.inputs().getFirst()).elementCount() == 0
        || weights.elementCount() == 0
        || Attributes.integer(node, "transA", 0) != 0) {
      return 0;
    }
    boolean turned = Attributes.integer(node, "transB", 0) != 0;
    int k = (int) weights.dim(turned ? 1 : 0);
    int n = (int) weights.dim(turned ? 0 : 1);
    float alpha = Attributes.real(node, "alpha", 1);
    String bias = "";
    if (hasBias) {
      bias = bias(draft, node, n);
      if (bias.isEmpty()) {
        return 0;
      }
    }
    float[] packed = turned ? scaled(values, alpha) : turned(values, k, n, alpha);
    return put(draft, node, packed, bias, n, k);
  }

  /** Returns the bias as one number a column, or an empty name where it is none. */
  private static String bias(Draft draft, Node node, int n) {
    float[] values = draft.floats(node.inputs().get(2));
    TensorType type = draft.type(node.inputs().get(2));
    boolean row = type.rank() <= 1 || type.elementCount() == type.dim(type.rank() - 1);
    if (values == null || !row || (values.length != n && values.length != 1)) {
      return "";
    }
    float beta = Attributes.real(node, "beta", 1);
    float[] all = new float[n];
    for (int i = 0; i < n; i++) {
      all[i] = values[values.length == 1 ? 0 : i] * beta;
    }
    return draft.add(all, n);
  }

  private static int put(Draft draft, Node node, float[] weights, String bias, int n, int k) {
    String name = draft.add(weights, n, k);
    draft.replace(
        List.of(node),
        Fused.node(
            node.name(),
            Fused.PRODUCT,
            List.of(node.inputs().getFirst(), name, bias),
            node.outputs().getFirst(),
            Map.of()));
    return 1;
  }

  private static float[] turned(float[] values, int k, int n, float alpha) {
    float[] turned = new float[values.length];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < n; j++) {
        turned[j * k + i] = values[i * n + j] * alpha;
      }
    }
    return turned;
  }

  private static float[] scaled(float[] values, float alpha) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = values[i] * alpha;
    }
    return scaled;
  }
}

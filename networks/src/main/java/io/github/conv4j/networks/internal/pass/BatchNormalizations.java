package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.List;
import java.util.Map;

/** Batch normalizations become one product and one sum a channel, which convolutions take in. */
final class BatchNormalizations implements Pass {
  @Override
  public String name() {
    return "batch-normalization";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "BatchNormalization")) {
        count += rewrite(draft, node);
      }
    }
    return count;
  }

  private static int rewrite(Draft draft, Node node) {
    float[] gamma = draft.floats(node.inputs().get(1));
    float[] beta = draft.floats(node.inputs().get(2));
    float[] mean = draft.floats(node.inputs().get(3));
    float[] variance = draft.floats(node.inputs().get(4));
    TensorType type = draft.type(node.inputs().getFirst());
    if (gamma == null
        || beta == null
        || mean == null
        || variance == null
        || type.element() != ElementType.FLOAT
        || type.rank() < 2
        || type.elementCount() == 0) {
      return 0;
    }
    double epsilon = Attributes.real(node, "epsilon", 1e-5f);
    float[] scale = new float[gamma.length];
    float[] shift = new float[gamma.length];
    for (int c = 0; c < scale.length; c++) {
      double factor = gamma[c] / Math.sqrt(variance[c] + epsilon);
      scale[c] = (float) factor;
      shift[c] = (float) (beta[c] - mean[c] * factor);
    }
    String product = draft.add(scale, scale.length);
    String sum = draft.add(shift, shift.length);
    Node pointwise =
        Fused.node(
            node.name(),
            Fused.POINTWISE,
            List.of(node.inputs().getFirst(), product, sum),
            node.outputs().getFirst(),
            Map.of());
    draft.replace(List.of(node), Fused.withPostOps(pointwise, Affine.PRODUCT_AND_SUM));
    return 1;
  }
}

package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The mean of an image that a pointwise convolution gives is that convolution of the mean of what
 * it reads. So a gate that is made of the mean is known before the image, and multiplies it as a
 * post-op of its convolution.
 */
final class Means implements Pass {
  @Override
  public String name() {
    return "means";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    if (draft.nodes().size() > Draft.MOST_NODES) {
      return count;
    }
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "GlobalAveragePool") && rewrite(draft, node)) {
        count++;
      }
    }
    return count;
  }

  private static boolean rewrite(Draft draft, Node pool) {
    Node convolution = draft.writer(pool.inputs().getFirst());
    if (convolution == null || !serves(draft, convolution)) {
      return false;
    }
    String src = convolution.inputs().getFirst();
    long[] dims = draft.type(src).dims();
    Arrays.fill(dims, 2, dims.length, 1);
    String mean = draft.newName();
    draft.setType(mean, new TensorType(ElementType.FLOAT, dims));
    List<String> inputs = new ArrayList<>(convolution.inputs());
    inputs.set(0, mean);
    Node first =
        new Node(
            pool.name(),
            pool.domain(),
            pool.operator(),
            List.of(src),
            List.of(mean),
            pool.attributes());
    Node then =
        Fused.node(
            convolution.name(),
            convolution.operator(),
            inputs,
            pool.outputs().getFirst(),
            convolution.attributes());
    draft.replace(pool, List.of(first, then));
    return true;
  }

  /** Whether there is less to sum up before a convolution than behind it. */
  private static boolean serves(Draft draft, Node node) {
    if (!Convolutions.isPlain(draft, node)
        || !node.operator().equals(Fused.CONV)
        || !Convolutions.isPointwise(draft, node)
        || !Convolutions.areFinite(Convolutions.weights(draft, node))) {
      return false;
    }
    TensorType src = draft.type(node.inputs().getFirst());
    long channels = src.dim(1);
    return channels <= draft.type(node.outputs().getFirst()).dim(1)
        && channels <= src.elementCount() / (src.dim(0) * channels);
  }
}

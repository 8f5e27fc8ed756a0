package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A chain of functions of an image that begins with a product and a sum a channel, as a
 * normalization before an activation is, becomes a depthwise convolution of single pixels: engines
 * do all of it while they write, a chain passes over memory once a function.
 */
final class Scales implements Pass {
  /** Engines compute fewer in parts of vectors. */
  private static final long LEAST_CHANNELS = 8;

  @Override
  public String name() {
    return "scales";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      Node convolution = convolution(draft, node);
      if (convolution != null) {
        draft.replace(List.of(node), convolution);
        count++;
      }
    }
    return count;
  }

  private static @Nullable Node convolution(Draft draft, Node node) {
    List<PostOp> chain = Fused.postOps(node).list();
    if (!Fused.is(node)
        || !node.operator().equals(Fused.POINTWISE)
        || chain.size() < Affine.PRODUCT_AND_SUM.size()
        || !chain.subList(0, Affine.PRODUCT_AND_SUM.size()).equals(Affine.PRODUCT_AND_SUM)) {
      return null;
    }
    List<String> inputs = node.inputs();
    TensorType type = draft.type(inputs.getFirst());
    float[] scale = draft.floats(inputs.get(1));
    if (type.rank() < 3
        || type.rank() > 5
        || type.dim(1) < LEAST_CHANNELS
        || scale == null
        || scale.length != type.dim(1)
        || draft.floats(inputs.get(2)) == null
        || !areFloats(draft, node)) {
      return null;
    }
    long[] weights = new long[type.rank()];
    Arrays.fill(weights, 1);
    weights[0] = scale.length;
    List<String> all =
        new ArrayList<>(List.of(inputs.getFirst(), draft.add(scale, weights), inputs.get(2)));
    all.addAll(inputs.subList(3, inputs.size()));
    Map<String, Attribute> groups = Map.of("group", new Attribute.Int(scale.length));
    Node convolution =
        Fused.exact(Fused.node(node.name(), Fused.CONV, all, node.outputs().getFirst(), groups));
    return Fused.withPostOps(convolution, chain.subList(2, chain.size()));
  }

  private static boolean areFloats(Draft draft, Node node) {
    return Stream.concat(node.inputs().stream(), node.outputs().stream())
        .allMatch(value -> draft.type(value).element() == ElementType.FLOAT);
  }
}

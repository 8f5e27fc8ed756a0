package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Images whose pixels are repeated only to be joined with others are repeated as they are. */
final class JoinedImages implements Pass {
  @Override
  public String name() {
    return "joined-images";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    if (draft.nodes().size() > Draft.MOST_NODES) {
      return count;
    }
    for (Node node : draft.nodes()) {
      Node joined = Attributes.is(node, "Concat") ? joined(draft, node) : null;
      if (joined != null) {
        draft.replace(List.of(node), joined);
        count++;
      }
    }
    return count;
  }

  private static @Nullable Node joined(Draft draft, Node node) {
    TensorType type = draft.type(node.outputs().getFirst());
    boolean serves =
        type.rank() >= 3
            && type.rank() <= 5
            && Math.floorMod(Attributes.integer(node, "axis", 1), type.rank()) == 1
            && node.inputs().stream().allMatch(input -> isOfWholeFloats(draft, input));
    if (!serves) {
      return null;
    }
    List<String> images = new ArrayList<>();
    for (String input : node.inputs()) {
      Node resize = Repetition.ofImage(draft, input) == null ? null : draft.writer(input);
      images.add(resize == null ? input : resize.inputs().getFirst());
    }
    return images.equals(node.inputs())
        ? null
        : Fused.node(node.name(), Fused.JOIN, images, node.outputs().getFirst(), Map.of());
  }

  /** Whether pixels of an image may be moved four bytes at a time. */
  private static boolean isOfWholeFloats(Draft draft, String image) {
    TensorType type = draft.type(image);
    boolean isByte = type.element() == ElementType.UINT8 || type.element() == ElementType.INT8;
    return draft.constant(image) == null
        && type.elementCount() > 0
        && (type.element() == ElementType.FLOAT || (isByte && type.dim(1) % Float.BYTES == 0));
  }
}

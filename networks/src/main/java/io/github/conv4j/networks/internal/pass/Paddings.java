package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Zeros around a value become the padding of the convolution that reads it. */
final class Paddings implements Pass {
  @Override
  public String name() {
    return "padding";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      Node reader = Attributes.is(node, "Pad") ? draft.onlyReader(node.outputs().getFirst()) : null;
      if (reader == null
          || !Fused.is(reader)
          || !reader.operator().equals(Fused.CONV)
          || !reader.inputs().getFirst().equals(node.outputs().getFirst())
          || !Attributes.text(reader, "auto_pad", "NOTSET").equals("NOTSET")) {
        continue;
      }
      long[] pads = pads(draft, node);
      if (pads != null) {
        draft.replace(List.of(node, reader), padded(node, reader, pads));
        count++;
      }
    }
    return count;
  }

  /** Returns the zeros before and behind each axis, or null where it is not that. */
  private static long @Nullable [] pads(Draft draft, Node node) {
    if (!Attributes.text(node, "mode", "constant").equals("constant")
        || node.hasInput(3)
        || draft.type(node.inputs().getFirst()).element() != ElementType.FLOAT) {
      return null;
    }
    long[] pads = Attributes.integers(node, "pads");
    float value = Attributes.real(node, "value", 0);
    if (node.hasInput(1)) {
      Constant given = draft.constant(node.inputs().get(1));
      pads = given == null ? null : Values.of(given).integers();
    }
    if (node.hasInput(2)) {
      Float given = draft.scalar(node.inputs().get(2));
      value = given == null ? Float.NaN : given;
    }
    int rank = draft.type(node.inputs().getFirst()).rank();
    if (pads == null || pads.length != 2 * rank || value != 0) {
      return null;
    }
    for (int i = 0; i < pads.length; i++) {
      if (pads[i] < 0 || (i % rank < 2 && pads[i] != 0)) {
        return null;
      }
    }
    return pads;
  }

  private static Node padded(Node node, Node reader, long[] pads) {
    int rank = pads.length / 2;
    int axes = rank - 2;
    long[] sums = Attributes.integers(reader, "pads", 2 * axes, 0).clone();
    for (int i = 0; i < axes; i++) {
      sums[i] += pads[i + 2];
      sums[axes + i] += pads[rank + i + 2];
    }
    List<String> inputs = new ArrayList<>(reader.inputs());
    inputs.set(0, node.inputs().getFirst());
    Map<String, Attribute> attributes = new HashMap<>(reader.attributes());
    attributes.put("pads", Attributes.of(sums));
    return Fused.node(
        reader.name(), reader.operator(), inputs, reader.outputs().getFirst(), attributes);
  }
}

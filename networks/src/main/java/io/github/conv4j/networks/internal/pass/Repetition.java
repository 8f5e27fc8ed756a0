package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.ResizeTable;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Resize or Upsample that writes each element some times along each axis. */
public final class Repetition {
  private Repetition() {}

  /** Returns how often, for each axis, or null where a node does something else. */
  public static long @Nullable [] of(Draft draft, Node node) {
    List<@Nullable TensorType> types = new ArrayList<>();
    List<@Nullable Values> values = new ArrayList<>();
    for (String input : node.inputs()) {
      Constant constant = input.isEmpty() ? null : draft.constant(input);
      types.add(input.isEmpty() ? null : draft.type(input));
      values.add(constant == null ? null : Values.of(constant));
    }
    List<ResizeTable> tables = ResizeTable.of(node, draft.opset(), types, values::get);
    if (tables == null) {
      return null;
    }
    TensorType src = draft.type(node.inputs().getFirst());
    long[] factors = new long[src.rank()];
    for (int axis = 0; axis < factors.length; axis++) {
      factors[axis] = factor(tables.get(axis), src.dim(axis));
      if (factors[axis] == 0) {
        return null;
      }
    }
    return factors;
  }

  /**
   * Returns how often the pixels of an image are repeated along each spatial axis, or null where
   * they are not, or somebody else reads it too.
   */
  static long @Nullable [] ofImage(Draft draft, String image) {
    Node resize = draft.onlyReader(image) == null ? null : draft.writer(image);
    long[] all =
        resize != null && Attributes.is(resize, "Resize", "Upsample") ? of(draft, resize) : null;
    if (all == null || all[0] != 1 || all[1] != 1 || draft.type(image).elementCount() == 0) {
      return null;
    }
    return Arrays.copyOfRange(all, 2, all.length);
  }

  private static long factor(ResizeTable table, long size) {
    int[] low = table.low();
    long factor = size == 0 ? 0 : low.length / size;
    if (factor * size != low.length) {
      return 0;
    }
    for (int i = 0; i < low.length; i++) {
      if (low[i] != i / factor || table.lowWeights()[i] != 1 || table.highWeights()[i] != 0) {
        return 0;
      }
    }
    return factor;
  }
}

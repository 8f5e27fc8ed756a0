package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What Resize or Upsample does along one axis: element {@code i} of the result is {@code
 * lowWeights[i] * src[low[i]] + highWeights[i] * src[high[i]]}.
 */
public record ResizeTable(int[] low, int[] high, float[] lowWeights, float[] highWeights) {
  /**
   * Returns one table an axis, or null where an element is made of more than two along some axis,
   * or of which ones is not known.
   *
   * @param types of the node's inputs
   * @param values of those that are known
   */
  public static @Nullable List<ResizeTable> of(
      Node node,
      int opset,
      List<@Nullable TensorType> types,
      IntFunction<@Nullable Values> values) {
    var call = new NodeCall(node, opset, types, values, ElementLimits.DEFAULT);
    List<ResizeTable> tables = new ArrayList<>();
    try {
      for (ResizeAxis axis : Resizings.axes(call)) {
        ResizeTable table = axis.table();
        if (table == null) {
          return null;
        }
        tables.add(table);
      }
    } catch (UnknownValueException e) {
      return null;
    }
    return tables;
  }
}

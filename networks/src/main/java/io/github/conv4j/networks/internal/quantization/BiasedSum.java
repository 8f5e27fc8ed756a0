package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A sum of which each channel has a number of its own, that nobody else reads and may be another.
 *
 * @param sum the value whose means count: what is added to it has one number a channel
 * @param bias the constant with these numbers
 * @param isConvolution whether axis 1 counts channels, else the last one
 */
record BiasedSum(String sum, String bias, boolean isConvolution) {
  /**
   * Returns that of a convolution, or of a product and the sum behind it; null if there is none.
   */
  static @Nullable BiasedSum of(Graph graph, List<Node> layer) {
    BiasedSum biased = biased(graph, layer);
    return biased != null && isOwn(graph, biased.bias()) ? biased : null;
  }

  private static @Nullable BiasedSum biased(Graph graph, List<Node> layer) {
    Node head = layer.getFirst();
    String sum = head.outputs().getFirst();
    if (Attributes.is(head, "Conv", "ConvTranspose")) {
      return head.hasInput(2) ? new BiasedSum(sum, head.inputs().get(2), true) : null;
    }
    Node next = layer.size() == 1 ? null : layer.get(1);
    if (Attributes.is(head, "MatMul") && next != null && isSum(next, sum)) {
      String bias = next.inputs().get(next.inputs().get(0).equals(sum) ? 1 : 0);
      Constant numbers = graph.constants().get(bias);
      Constant weights = graph.constants().get(head.inputs().get(1));
      return numbers != null && weights != null && isRow(numbers, weights.dims())
          ? new BiasedSum(sum, bias, false)
          : null;
    }
    return null;
  }

  private static boolean isSum(Node node, String value) {
    return Attributes.is(node, "Add") && node.inputs().contains(value);
  }

  /** Whether there is a number for each column of a matrix. */
  private static boolean isRow(Constant numbers, long[] weights) {
    long[] dims = numbers.dims();
    return weights.length == 2
        && dims.length > 0
        && dims[dims.length - 1] == weights[1]
        && numbers.elementCount() == weights[1];
  }

  private static boolean isOwn(Graph graph, String bias) {
    long readers =
        graph.nodes().stream().flatMap(node -> node.inputs().stream()).filter(bias::equals).count();
    Constant constant = graph.constants().get(bias);
    boolean isOutput = graph.outputs().stream().anyMatch(output -> output.name().equals(bias));
    return readers == 1 && !isOutput && constant != null && constant.type() == ElementType.FLOAT;
  }

  int channelAxis(int rank) {
    return isConvolution ? 1 : rank - 1;
  }

  /** Returns a graph in which the number of each channel is moved, unless it were none then. */
  Graph moved(Graph graph, IntToDoubleFunction by) {
    Constant old = Objects.requireNonNull(graph.constants().get(bias), bias);
    float[] values = new float[(int) old.elementCount()];
    for (int c = 0; c < values.length; c++) {
      float value = old.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, c);
      float other = (float) (value + by.applyAsDouble(c));
      values[c] = Float.isFinite(other) ? other : value;
    }
    Map<String, Constant> constants = new LinkedHashMap<>(graph.constants());
    constants.put(bias, Constant.of(values, old.dims()));
    return new Graph(
        graph.name(), graph.opset(), graph.inputs(), graph.outputs(), constants, graph.nodes());
  }
}

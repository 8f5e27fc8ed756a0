package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves the bias of each convolution, and what is added right behind each product, so that the mean
 * of each of its channels is what it is with floats. Rounded weights times what is mostly of one
 * sign, and numbers that are cut off, err to one side, which all layers behind add up. One layer
 * after the other, in the graph's order: each is given what those before it, corrected already,
 * make of the samples.
 *
 * @see <a href="https://arxiv.org/abs/1906.04721">Nagel et al., Data-Free Quantization Through
 *     Weight Equalization and Bias Correction</a>
 */
final class BiasCorrection {
  private final Selection selection;
  private final int weightBits;
  private final Engine engine;

  BiasCorrection(Selection selection, int weightBits, Engine engine) {
    this.selection = selection;
    this.weightBits = weightBits;
    this.engine = engine;
  }

  /**
   * A layer that can be corrected.
   *
   * @param sum the value whose means count: what is added to it has one number a channel
   * @param bias the constant with these numbers
   * @param isConvolution whether axis 1 counts channels, else the last one
   */
  private record Corrected(String sum, String bias, boolean isConvolution) {
    int channelAxis(int rank) {
      return isConvolution ? 1 : rank - 1;
    }
  }

  /** Returns how often the samples are needed. */
  static int passes(Graph graph, List<Layer> layers) {
    int count = corrected(graph, layers).size();
    return count == 0 ? 0 : count + 1;
  }

  private static List<Corrected> corrected(Graph graph, List<Layer> layers) {
    List<Corrected> result = new ArrayList<>();
    for (Layer layer : layers) {
      Corrected corrected = layer.hasWeights() ? corrected(graph, layer) : null;
      if (corrected != null && isOwn(graph, corrected.bias())) {
        result.add(corrected);
      }
    }
    return result;
  }

  private static @Nullable Corrected corrected(Graph graph, Layer layer) {
    Node head = layer.head();
    String sum = head.outputs().getFirst();
    if (Attributes.is(head, "Conv", "ConvTranspose")) {
      return head.hasInput(2) ? new Corrected(sum, head.inputs().get(2), true) : null;
    }
    Node next = layer.nodes().size() == 1 ? null : layer.nodes().get(1);
    if (Attributes.is(head, "MatMul") && next != null && isSum(next, sum)) {
      String bias = next.inputs().get(next.inputs().get(0).equals(sum) ? 1 : 0);
      Constant numbers = graph.constants().get(bias);
      long channels = Objects.requireNonNull(graph.constants().get(head.inputs().get(1))).dims()[1];
      return numbers != null && isRow(numbers, channels) ? new Corrected(sum, bias, false) : null;
    }
    return null;
  }

  private static boolean isSum(Node node, String value) {
    return Attributes.is(node, "Add") && node.inputs().contains(value);
  }

  private static boolean isRow(Constant constant, long channels) {
    long[] dims = constant.dims();
    return dims.length > 0
        && dims[dims.length - 1] == channels
        && constant.elementCount() == channels;
  }

  private static boolean isOwn(Graph graph, String bias) {
    long readers =
        graph.nodes().stream().flatMap(node -> node.inputs().stream()).filter(bias::equals).count();
    Constant constant = graph.constants().get(bias);
    boolean isOutput = graph.outputs().stream().anyMatch(output -> output.name().equals(bias));
    return readers == 1 && !isOutput && constant != null && constant.type() == ElementType.FLOAT;
  }

  /**
   * Returns the graph of floats with other biases, to be quantized as selected.
   *
   * @param samples gives them anew for each pass
   */
  Graph correct(Graph graph, Supplier<Iterable<Map<String, Constant>>> samples) {
    List<Corrected> all = corrected(graph, selection.layers());
    if (all.isEmpty()) {
      return graph;
    }
    Map<Corrected, ChannelMeans> exact = means(graph, all, samples.get());
    Map<String, Constant> constants = new LinkedHashMap<>(graph.constants());
    for (Corrected each : all) {
      Graph quantized =
          QdqGraph.of(
                  withConstants(graph, constants),
                  selection.layers(),
                  selection.scales(),
                  weightBits)
              .graph();
      ChannelMeans actual =
          mean(means(Simulation.of(quantized), List.of(each), samples.get()), each);
      Constant old = Objects.requireNonNull(constants.get(each.bias()));
      constants.put(each.bias(), moved(old, mean(exact, each), actual));
    }
    return withConstants(graph, constants);
  }

  private static ChannelMeans mean(Map<Corrected, ChannelMeans> means, Corrected layer) {
    return Objects.requireNonNull(means.get(layer));
  }

  private static Constant moved(Constant bias, ChannelMeans expected, ChannelMeans actual) {
    float[] values = new float[(int) bias.elementCount()];
    for (int c = 0; c < values.length; c++) {
      float old = bias.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, c);
      float other = (float) (old + expected.mean(c) - actual.mean(c));
      values[c] = Float.isFinite(other) ? other : old;
    }
    return Constant.of(values, bias.dims());
  }

  private static Graph withConstants(Graph graph, Map<String, Constant> constants) {
    return new Graph(
        graph.name(), graph.opset(), graph.inputs(), graph.outputs(), constants, graph.nodes());
  }

  private Map<Corrected, ChannelMeans> means(
      Graph graph, List<Corrected> layers, Iterable<Map<String, Constant>> samples) {
    Map<String, Corrected> bySum = new LinkedHashMap<>();
    layers.forEach(layer -> bySum.put(layer.sum(), layer));
    Map<Corrected, ChannelMeans> means = new LinkedHashMap<>();
    layers.forEach(layer -> means.put(layer, new ChannelMeans(layer)));
    try (var run = new ObservedRun(graph, bySum.keySet().stream().map(List::of).toList(), engine)) {
      for (Map<String, Constant> sample : samples) {
        run.run(
            sample,
            values ->
                values.forEach(
                    (name, dst) -> mean(means, Objects.requireNonNull(bySum.get(name))).add(dst)));
      }
    }
    return means;
  }

  /** The mean of each channel of a tensor of floats, over all samples. */
  private static final class ChannelMeans {
    private final Corrected layer;
    private double[] sums = {};
    private long count;

    ChannelMeans(Corrected layer) {
      this.layer = layer;
    }

    void add(Constant tensor) {
      if (tensor.elementCount() == 0) {
        return;
      }
      long[] dims = tensor.dims();
      int axis = layer.channelAxis(dims.length);
      int channels = (int) dims[axis];
      if (sums.length == 0) {
        sums = new double[channels];
      }
      long area = 1;
      for (int i = axis + 1; i < dims.length; i++) {
        area *= dims[i];
      }
      long rows = tensor.elementCount() / area;
      MemorySegment data = tensor.data();
      for (long row = 0; row < rows; row++) {
        double sum = 0;
        for (long i = row * area; i < (row + 1) * area; i++) {
          sum += data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        }
        sums[(int) (row % channels)] += sum;
      }
      count += rows / channels * area;
    }

    double mean(int channel) {
      return sums[channel] / count;
    }
  }
}

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

/**
 * Moves the bias of each convolution so that the mean of each of its channels is what it is with
 * floats. Rounded weights times what is mostly of one sign, and numbers that are cut off, err to
 * one side, which all layers behind add up. One convolution after the other, in the graph's order:
 * each is given what those before it, corrected already, make of the samples.
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

  /** Returns how often the samples are needed. */
  static int passes(Graph graph, List<Layer> layers) {
    int count = convolutions(graph, layers).size();
    return count == 0 ? 0 : count + 1;
  }

  /** Returns the convolutions among layers that have a bias of their own, one number a channel. */
  private static List<Node> convolutions(Graph graph, List<Layer> layers) {
    List<Node> result = new ArrayList<>();
    for (Layer layer : layers) {
      Node head = layer.head();
      if (layer.hasWeights()
          && Attributes.is(head, "Conv", "ConvTranspose")
          && head.hasInput(2)
          && isOwn(graph, head.inputs().get(2))) {
        result.add(head);
      }
    }
    return result;
  }

  private static boolean isOwn(Graph graph, String bias) {
    long readers =
        graph.nodes().stream().flatMap(node -> node.inputs().stream()).filter(bias::equals).count();
    Constant constant = graph.constants().get(bias);
    return readers == 1 && constant != null && constant.type() == ElementType.FLOAT;
  }

  /**
   * Returns the graph of floats with other biases, to be quantized as selected.
   *
   * @param samples gives them anew for each pass
   */
  Graph correct(Graph graph, Supplier<Iterable<Map<String, Constant>>> samples) {
    List<Node> convolutions = convolutions(graph, selection.layers());
    if (convolutions.isEmpty()) {
      return graph;
    }
    Map<Node, ChannelMeans> exact = means(graph, convolutions, samples.get());
    Map<String, Constant> constants = new LinkedHashMap<>(graph.constants());
    for (Node node : convolutions) {
      Graph quantized =
          QdqGraph.of(
                  withConstants(graph, constants),
                  selection.layers(),
                  selection.scales(),
                  weightBits)
              .graph();
      ChannelMeans actual =
          mean(means(Simulation.of(quantized), List.of(node), samples.get()), node);
      String bias = node.inputs().get(2);
      Constant old = Objects.requireNonNull(constants.get(bias));
      constants.put(bias, moved(old, mean(exact, node), actual));
    }
    return withConstants(graph, constants);
  }

  private static ChannelMeans mean(Map<Node, ChannelMeans> means, Node node) {
    return Objects.requireNonNull(means.get(node));
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

  private Map<Node, ChannelMeans> means(
      Graph graph, List<Node> convolutions, Iterable<Map<String, Constant>> samples) {
    Map<String, Node> writers = new LinkedHashMap<>();
    convolutions.forEach(node -> writers.put(node.outputs().getFirst(), node));
    Map<Node, ChannelMeans> means = new LinkedHashMap<>();
    try (var run =
        new ObservedRun(graph, writers.keySet().stream().map(List::of).toList(), engine)) {
      for (Map<String, Constant> sample : samples) {
        run.run(
            sample,
            values ->
                values.forEach(
                    (name, dst) ->
                        means
                            .computeIfAbsent(
                                Objects.requireNonNull(writers.get(name)), _ -> new ChannelMeans())
                            .add(dst)));
      }
    }
    return means;
  }

  /** The mean of each channel of a tensor of floats, over all samples. */
  private static final class ChannelMeans {
    private double[] sums = {};
    private long count;

    void add(Constant tensor) {
      int channels = (int) tensor.dims()[1];
      if (sums.length == 0) {
        sums = new double[channels];
      }
      long images = tensor.dims()[0];
      long area = tensor.elementCount() / images / channels;
      MemorySegment data = tensor.data();
      for (long row = 0; row < images * channels; row++) {
        double sum = 0;
        for (long i = row * area; i < (row + 1) * area; i++) {
          sum += data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        }
        sums[(int) (row % channels)] += sum;
      }
      count += images * area;
    }

    double mean(int channel) {
      return sums[channel] / count;
    }
  }
}

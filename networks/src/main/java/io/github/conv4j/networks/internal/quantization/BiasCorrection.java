package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

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

  /** Returns how often the samples are needed. */
  static int passes(Graph graph, List<Layer> layers) {
    int count = biased(graph, layers).size();
    return count == 0 ? 0 : count + 1;
  }

  private static List<BiasedSum> biased(Graph graph, List<Layer> layers) {
    List<BiasedSum> result = new ArrayList<>();
    for (Layer layer : layers) {
      BiasedSum biased = layer.hasWeights() ? BiasedSum.of(graph, layer.nodes()) : null;
      if (biased != null) {
        result.add(biased);
      }
    }
    return result;
  }

  /**
   * Returns the graph of floats with other biases, to be quantized as selected.
   *
   * @param samples gives them anew for each pass
   */
  Graph correct(Graph graph, Supplier<Iterable<Map<String, Constant>>> samples) {
    List<BiasedSum> all = biased(graph, selection.layers());
    if (all.isEmpty()) {
      return graph;
    }
    Map<BiasedSum, ChannelMeans> exact = means(graph, all, samples.get());
    Map<String, Constant> constants = new LinkedHashMap<>(graph.constants());
    for (BiasedSum each : all) {
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

  private static ChannelMeans mean(Map<BiasedSum, ChannelMeans> means, BiasedSum layer) {
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

  private Map<BiasedSum, ChannelMeans> means(
      Graph graph, List<BiasedSum> layers, Iterable<Map<String, Constant>> samples) {
    Map<String, BiasedSum> bySum = new LinkedHashMap<>();
    layers.forEach(layer -> bySum.put(layer.sum(), layer));
    Map<BiasedSum, ChannelMeans> means = new LinkedHashMap<>();
    layers.forEach(layer -> means.put(layer, new ChannelMeans(layer::channelAxis)));
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
}

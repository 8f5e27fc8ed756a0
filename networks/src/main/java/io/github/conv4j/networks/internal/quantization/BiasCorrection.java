package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

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
  private final List<Layer> layers;
  private final Engine engine;

  /** Returns what is written of a graph of floats, said with floats. */
  private final UnaryOperator<Graph> simulation;

  BiasCorrection(List<Layer> layers, Engine engine, UnaryOperator<Graph> simulation) {
    this.layers = layers;
    this.engine = engine;
    this.simulation = simulation;
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
    List<BiasedSum> all = biased(graph, layers);
    if (all.isEmpty()) {
      return graph;
    }
    Map<String, ChannelMeans> exact = means(graph, all, samples.get());
    Graph corrected = graph;
    for (BiasedSum each : all) {
      ChannelMeans wanted = mean(exact, each);
      ChannelMeans actual =
          mean(means(simulation.apply(corrected), List.of(each), samples.get()), each);
      corrected = each.moved(corrected, c -> wanted.mean(c) - actual.mean(c));
    }
    return corrected;
  }

  private static ChannelMeans mean(Map<String, ChannelMeans> means, BiasedSum layer) {
    return Objects.requireNonNull(means.get(layer.sum()), layer.sum());
  }

  private Map<String, ChannelMeans> means(
      Graph graph, List<BiasedSum> sums, Iterable<Map<String, Constant>> samples) {
    Map<String, BiasedSum> values = new LinkedHashMap<>();
    sums.forEach(each -> values.put(each.sum(), each));
    return ChannelMeans.of(graph, values, samples, engine);
  }
}

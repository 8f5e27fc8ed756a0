package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Moves the bias of the sums that a Softmax or Sigmoid at the end of a network reads, so that the
 * mean of each channel's probability is what it is with floats. Errors that go one way where two
 * classes are about equally probable hardly move the mean of sums, for which {@link BiasCorrection}
 * cares, but decide there.
 *
 * <p>Means agree where the relative entropy of the probabilities, summed over the samples, is least
 * as a function of the biases, of which it is convex: its gradient is the difference of the means,
 * and {@code p (1 - p)} the diagonal of its second derivative. Of a Softmax twice that diagonal
 * bounds the second derivative, so each round goes half of Newton's step. To each channel's sum one
 * is added: what was hardly ever seen hardly moves.
 */
final class OutputCorrection {
  private static final int ROUNDS = 4;
  private static final double LARGEST_STEP = 1;

  private final Map<String, TensorType> types;
  private final Engine engine;

  /** Returns what is written of a graph of floats, said with floats. */
  private final UnaryOperator<Graph> simulation;

  /**
   * Begins.
   *
   * @param types of the outputs at least
   */
  OutputCorrection(Map<String, TensorType> types, Engine engine, UnaryOperator<Graph> simulation) {
    this.types = types;
    this.engine = engine;
    this.simulation = simulation;
  }

  /**
   * Probabilities that a network gives.
   *
   * @param value their name
   * @param sums what makes them
   * @param step how much of Newton's step, of each channel alone, does not go too far
   */
  private record Probabilities(String value, BiasedSum sums, double step) {}

  /** Returns how often the samples are needed. */
  static int passes(Graph graph, Map<String, TensorType> types) {
    return probabilities(graph, types).isEmpty() ? 0 : 1 + ROUNDS;
  }

  private static List<Probabilities> probabilities(Graph graph, Map<String, TensorType> types) {
    Map<String, Node> writers = new LinkedHashMap<>();
    graph.nodes().forEach(node -> node.outputs().forEach(value -> writers.put(value, node)));
    List<Probabilities> all = new ArrayList<>();
    for (ValueInfo output : graph.outputs()) {
      Node function = writers.get(output.name());
      if (function != null && Attributes.is(function, "Softmax", "Sigmoid")) {
        BiasedSum sums = sums(graph, writers, function.inputs().getFirst());
        int rank = Objects.requireNonNull(types.get(output.name()), output.name()).rank();
        if (sums != null && isOfChannels(function, rank, sums)) {
          all.add(new Probabilities(output.name(), sums, isSigmoid(function) ? 1 : 0.5));
        }
      }
    }
    return all;
  }

  private static @Nullable BiasedSum sums(Graph graph, Map<String, Node> writers, String value) {
    Node last = writers.get(value);
    if (last == null) {
      return null;
    }
    if (!Attributes.is(last, "Add")) {
      return BiasedSum.of(graph, List.of(last));
    }
    for (String input : last.inputs()) {
      Node product = writers.get(input);
      if (product != null && Attributes.is(product, "MatMul")) {
        return BiasedSum.of(graph, List.of(product, last));
      }
    }
    return null;
  }

  /** Whether each number, or all channels together, are what a function makes probabilities of. */
  private static boolean isOfChannels(Node function, int rank, BiasedSum sums) {
    return isSigmoid(function)
        || Math.floorMod(Attributes.integer(function, "axis", -1), rank) == sums.channelAxis(rank);
  }

  private static boolean isSigmoid(Node function) {
    return function.operator().equals("Sigmoid");
  }

  /**
   * Returns the graph of floats that is to be quantized with other biases.
   *
   * @param exact the graph of floats whose probabilities count
   * @param corrected the same with biases that were moved already
   * @param samples gives them anew for each pass
   */
  Graph correct(Graph exact, Graph corrected, Supplier<Iterable<Map<String, Constant>>> samples) {
    List<Probabilities> all = probabilities(corrected, types);
    if (all.isEmpty()) {
      return corrected;
    }
    Map<String, ChannelMeans> wanted = means(exact, all, samples.get());
    Graph graph = corrected;
    for (int i = 0; i < ROUNDS; i++) {
      Map<String, ChannelMeans> actual = means(simulation.apply(graph), all, samples.get());
      for (Probabilities each : all) {
        graph = moved(graph, each, means(wanted, each), means(actual, each));
      }
    }
    return graph;
  }

  private static ChannelMeans means(Map<String, ChannelMeans> means, Probabilities of) {
    return Objects.requireNonNull(means.get(of.value()), of.value());
  }

  private static Graph moved(
      Graph graph, Probabilities of, ChannelMeans wanted, ChannelMeans actual) {
    return of.sums()
        .moved(
            graph,
            c -> {
              double mean = actual.mean(c);
              double curvature = mean - actual.meanOfSquares(c) + 1.0 / actual.count();
              double step = of.step() * (wanted.mean(c) - mean) / curvature;
              return Math.clamp(step, -LARGEST_STEP, LARGEST_STEP);
            });
  }

  private Map<String, ChannelMeans> means(
      Graph graph, List<Probabilities> all, Iterable<Map<String, Constant>> samples) {
    Map<String, BiasedSum> values = new LinkedHashMap<>();
    all.forEach(each -> values.put(each.value(), each.sums()));
    return ChannelMeans.of(graph, values, samples, engine);
  }
}

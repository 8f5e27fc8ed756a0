package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Draft;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the channels between two convolutions about as wide as each other, since one scale is for
 * all of them: what a channel is multiplied by in the first one, it is divided by in the second.
 * Between them may be a function with {@code f(a x) = a f(x)} for {@code a > 0}. Factors are powers
 * of two, so that the network of floats computes the same to the bit, as long as nothing leaves the
 * range of floats.
 *
 * @see <a href="https://arxiv.org/abs/1906.04721">Nagel et al., Data-Free Quantization Through
 *     Weight Equalization and Bias Correction</a>
 */
final class Equalization {
  /** More than this would take numbers of a channel that hardly counts near those that do. */
  private static final int MOST_EXPONENT = 6;

  /** A convolution, and what those behind it read of it. */
  private record Edge(Node writer, String value, List<Node> readers) {}

  private final Draft draft;
  private final Map<String, Edge> edges = new LinkedHashMap<>();
  private final Map<String, ChannelWidths> widths = new LinkedHashMap<>();

  /** Looks for edges. */
  Equalization(Draft draft) {
    this.draft = draft;
    for (Node node : draft.nodes()) {
      Edge edge = edge(node);
      if (edge != null) {
        edges.put(edge.value(), edge);
      }
    }
  }

  private @Nullable Edge edge(Node node) {
    if (!isConvolution(node)
        || (node.hasInput(2) && draft.floats(node.inputs().get(2)) == null)
        || draft.type(node.outputs().getFirst()).rank() < 3) {
      return null;
    }
    String value = node.outputs().getFirst();
    Node next = draft.onlyReader(value);
    if (next != null && Attributes.is(next, "Relu", "LeakyRelu")) {
      value = next.outputs().getFirst();
    }
    List<Node> readers = draft.readers(value);
    boolean isFree = !draft.isOutput(value) && !readers.isEmpty();
    for (Node reader : readers) {
      isFree &= isConvolution(reader) && divides(reader, value);
    }
    return isFree ? new Edge(node, value, readers) : null;
  }

  private boolean isConvolution(Node node) {
    return Attributes.is(node, "Conv") && draft.floats(node.inputs().get(1)) != null;
  }

  /** Whether a reader's weights can be divided for each channel of what it reads. */
  private boolean divides(Node reader, String value) {
    boolean readsOnce = reader.inputs().stream().filter(value::equals).count() == 1;
    long groups = Attributes.integer(reader, "group", 1);
    return readsOnce
        && reader.inputs().getFirst().equals(value)
        && (groups == 1 || isDepthwise(reader));
  }

  /** Whether each channel becomes one, not several. */
  private boolean isDepthwise(Node reader) {
    long[] dims = draft.type(reader.inputs().get(1)).dims();
    long groups = Attributes.integer(reader, "group", 1);
    return groups > 1
        && dims[0] == groups
        && dims[1] == 1
        && groups == draft.type(reader.inputs().getFirst()).dim(1);
  }

  /** Whether there is nothing to do. */
  boolean isEmpty() {
    return edges.isEmpty();
  }

  /** Changes weights and biases. */
  void apply(Graph graph, Iterable<Map<String, Constant>> samples, Engine engine) {
    List<List<String>> values = edges.keySet().stream().map(List::of).toList();
    try (var run = new ObservedRun(graph, values, engine)) {
      for (Map<String, Constant> sample : samples) {
        run.run(
            sample,
            seen ->
                seen.forEach(
                    (name, tensor) ->
                        widths.computeIfAbsent(name, _ -> new ChannelWidths()).add(tensor)));
      }
    }
    edges.values().forEach(this::equalize);
    draft.removeUnread();
  }

  private void equalize(Edge edge) {
    ChannelWidths seen = Objects.requireNonNull(widths.get(edge.value()));
    float[] factors = factors(edge, seen.widths());
    // An edge before this one may have replaced its nodes by others.
    Node writer = edge.writer();
    Node now = Objects.requireNonNull(draft.writer(writer.outputs().getFirst()));
    List<String> inputs = new ArrayList<>(now.inputs());
    scale(inputs, 1, factors, 0, false);
    if (now.hasInput(2)) {
      scale(inputs, 2, factors, 0, false);
    }
    replace(now, inputs);
    for (Node reader : draft.readers(edge.value())) {
      List<String> read = new ArrayList<>(reader.inputs());
      scale(read, 1, factors, isDepthwise(reader) ? 0 : 1, true);
      replace(reader, read);
    }
  }

  private void replace(Node node, List<String> inputs) {
    draft.replace(
        List.of(node),
        new Node(
            node.name(),
            node.domain(),
            node.operator(),
            inputs,
            node.outputs(),
            node.attributes()));
  }

  /**
   * Depthwise convolutions have a scale for each channel of their weights: dividing them costs
   * nothing. The weights of others are rounded with one scale for all that they read, so width is
   * shared out between both.
   */
  private float[] factors(Edge edge, double[] width) {
    double[] weights = new double[width.length];
    boolean isFree = true;
    for (Node reader : edge.readers()) {
      if (!isDepthwise(reader)) {
        isFree = false;
        addLargest(reader, weights);
      }
    }
    double[] wanted = new double[width.length];
    double most = 0;
    for (int c = 0; c < wanted.length; c++) {
      wanted[c] = isFree ? 1 / width[c] : Math.sqrt(weights[c] / width[c]);
      most = Math.max(most, width[c]);
    }
    float[] factors = new float[wanted.length];
    for (int c = 0; c < factors.length; c++) {
      double scaled = isFree ? wanted[c] * most : wanted[c] / geometricMean(wanted);
      boolean isUsable = scaled > 0 && Double.isFinite(scaled);
      long exponent = isUsable ? Math.round(Math.log(scaled) / Math.log(2)) : 0;
      factors[c] = Math.scalb(1f, Math.clamp(exponent, -MOST_EXPONENT, MOST_EXPONENT));
    }
    return factors;
  }

  private static double geometricMean(double[] values) {
    double sum = 0;
    int count = 0;
    for (double value : values) {
      if (value > 0 && Double.isFinite(value)) {
        sum += Math.log(value);
        count++;
      }
    }
    return count == 0 ? 1 : Math.exp(sum / count);
  }

  private void addLargest(Node reader, double[] largest) {
    float[] weights = Objects.requireNonNull(draft.floats(reader.inputs().get(1)));
    long[] dims = draft.type(reader.inputs().get(1)).dims();
    int area = (int) (weights.length / dims[0] / dims[1]);
    for (int i = 0; i < weights.length; i++) {
      int channel = (int) (i / area % dims[1]);
      largest[channel] = Math.max(largest[channel], Math.abs(weights[i]));
    }
  }

  private void scale(List<String> inputs, int input, float[] factors, int axis, boolean isDivided) {
    float[] values = Objects.requireNonNull(draft.floats(inputs.get(input)));
    TensorType type = draft.type(inputs.get(input));
    long[] dims = type.dims();
    int inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= (int) dims[i];
    }
    for (int i = 0; i < values.length; i++) {
      float factor = factors[(int) (i / inner % dims[axis])];
      values[i] = isDivided ? values[i] / factor : values[i] * factor;
    }
    inputs.set(input, draft.add(values, dims));
  }

  /** How far each channel reaches, 0 included. */
  private static final class ChannelWidths {
    private float[] least = {};
    private float[] greatest = {};

    void add(Constant tensor) {
      int channels = (int) tensor.dims()[1];
      if (least.length == 0) {
        least = new float[channels];
        greatest = new float[channels];
      }
      long rows = tensor.dims()[0] * channels;
      long area = tensor.elementCount() / rows;
      for (long row = 0; row < rows; row++) {
        int channel = (int) (row % channels);
        for (long i = row * area; i < (row + 1) * area; i++) {
          float value = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
          least[channel] = Math.min(least[channel], value);
          greatest[channel] = Math.max(greatest[channel], value);
        }
      }
    }

    double[] widths() {
      double[] widths = new double[least.length];
      for (int c = 0; c < widths.length; c++) {
        widths[c] = (double) greatest[c] - least[c];
      }
      return widths;
    }
  }
}

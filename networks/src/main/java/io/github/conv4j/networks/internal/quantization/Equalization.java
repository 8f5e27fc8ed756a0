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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the channels between two convolutions about as wide as each other, since one scale is for
 * all of them: what a channel is multiplied by behind the first one, it is divided by in the
 * weights of the second. Where nothing is between them, or a function with {@code f(a x) = a f(x)}
 * for {@code a > 0}, the product goes into the weights of the first; behind other functions it is a
 * step, which kernels compute while they write. Factors are powers of two, so that the network of
 * floats computes the same to the bit, as long as nothing leaves the range of floats.
 *
 * @see <a href="https://arxiv.org/abs/1906.04721">Nagel et al., Data-Free Quantization Through
 *     Weight Equalization and Bias Correction</a>
 */
final class Equalization {
  /** More than this would take numbers of a channel that hardly counts near those that do. */
  private static final int MOST_EXPONENT = 6;

  private static final String PRODUCT = "Mul";

  /** So much less noise, in power, a step of its own must bring: half a bit. */
  private static final double LEAST_GAIN_OF_STEP = 2;

  /**
   * A convolution, the functions behind it, and what those behind these read of it.
   *
   * @param isHomogeneous whether factors may stand before the functions as well
   */
  private record Edge(Node writer, boolean isHomogeneous, String value, List<Node> readers) {}

  private final Draft draft;
  private final Set<String> leftOut;
  private final Map<String, Edge> edges = new LinkedHashMap<>();
  private final Map<String, ChannelWidths> widths = new LinkedHashMap<>();

  /**
   * Looks for edges.
   *
   * @param leftOut names of nodes, or operators, that stay floats
   */
  Equalization(Draft draft, Set<String> leftOut) {
    this.draft = draft;
    this.leftOut = leftOut;
    for (Layer layer : new LayerFinder(draft.graph(), draft.types()).layers()) {
      Edge edge = isConvolution(layer.head()) ? edge(layer) : null;
      if (edge != null) {
        edges.put(edge.value(), edge);
      }
    }
  }

  private @Nullable Edge edge(Layer layer) {
    String value = layer.output();
    List<Node> readers = draft.readers(value);
    boolean isFree = draft.type(value).rank() >= 3 && !draft.isOutput(value);
    for (Node reader : readers) {
      isFree &= isConvolution(reader) && divides(reader, value);
    }
    // What only floats read has no scale.
    isFree &= !readers.stream().allMatch(this::isLeftOut);
    // A step of this kind would be taken for one of the network's.
    isFree &= isHomogeneous(layer) || !leftOut.contains(PRODUCT);
    return isFree ? new Edge(layer.head(), isHomogeneous(layer), value, readers) : null;
  }

  private boolean isLeftOut(Node node) {
    return leftOut.contains(node.name()) || leftOut.contains(node.operator());
  }

  private boolean isHomogeneous(Layer layer) {
    List<Node> functions = layer.nodes().subList(1, layer.nodes().size());
    Node writer = layer.head();
    return (!writer.hasInput(2) || draft.floats(writer.inputs().get(2)) != null)
        && functions.stream().allMatch(each -> Attributes.is(each, "Relu", "LeakyRelu"));
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
    double[] width = seen.widths();
    if (width.length == 0) {
      return;
    }
    float[] factors = factors(edge, width);
    double before = noise(edge, width, null);
    double after = noise(edge, width, factors);
    // Numbers that are none, and zeros, gain nothing.
    if (!(before > 0 && before < Double.POSITIVE_INFINITY && before >= leastGain(edge) * after)) {
      return;
    }
    if (edge.isHomogeneous()) {
      multiplyWeights(edge.writer(), factors);
    } else {
      multiply(edge.value(), factors);
    }
    for (Node reader : draft.readers(edge.value())) {
      List<String> read = new ArrayList<>(reader.inputs());
      scale(read, 1, factors, isDepthwise(reader) ? 0 : 1, true);
      draft.replaceInputs(reader, read);
    }
  }

  private static double leastGain(Edge edge) {
    return edge.isHomogeneous() ? 1 : LEAST_GAIN_OF_STEP;
  }

  /**
   * Returns what readers make of the roundings of one scale for all channels: the squared step
   * times the squares of weights, of channels that were multiplied by factors, or were not.
   */
  private double noise(Edge edge, double[] width, float @Nullable [] factors) {
    double widest = 0;
    for (int c = 0; c < width.length; c++) {
      widest = Math.max(widest, factors == null ? width[c] : width[c] * factors[c]);
    }
    double squares = 0;
    for (Node reader : draft.readers(edge.value())) {
      float[] weights = weights(reader);
      for (int i = 0; i < weights.length; i++) {
        double weight = factors == null ? weights[i] : weights[i] / factors[channel(reader, i)];
        squares += weight * weight;
      }
    }
    return widest * widest * squares;
  }

  private float[] weights(Node reader) {
    return Objects.requireNonNull(draft.floats(reader.inputs().get(1)));
  }

  /** Returns which channel a reader multiplies by one of its weights. */
  private int channel(Node reader, int index) {
    long[] dims = draft.type(reader.inputs().get(1)).dims();
    long area = 1;
    for (int axis = 2; axis < dims.length; axis++) {
      area *= dims[axis];
    }
    return (int) (isDepthwise(reader) ? index / area : index / area % dims[1]);
  }

  private void multiplyWeights(Node writer, float[] factors) {
    // An edge before this one may have replaced its nodes by others.
    Node now = Objects.requireNonNull(draft.writer(writer.outputs().getFirst()));
    List<String> inputs = new ArrayList<>(now.inputs());
    scale(inputs, 1, factors, 0, false);
    if (now.hasInput(2)) {
      scale(inputs, 2, factors, 0, false);
    }
    draft.replaceInputs(now, inputs);
  }

  /** Adds a step that writes a value, the product of what was it until now. */
  private void multiply(String value, float[] factors) {
    TensorType type = draft.type(value);
    Node last = Objects.requireNonNull(draft.writer(value));
    String before = draft.newName();
    draft.setType(before, type);
    long[] dims = new long[type.rank()];
    Arrays.fill(dims, 1);
    dims[1] = factors.length;
    List<String> outputs =
        last.outputs().stream().map(name -> name.equals(value) ? before : name).toList();
    Node earlier =
        new Node(
            last.name(), last.domain(), last.operator(), last.inputs(), outputs, last.attributes());
    Node product =
        new Node(
            "", "", PRODUCT, List.of(before, draft.add(factors, dims)), List.of(value), Map.of());
    draft.replace(last, List.of(earlier, product));
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
      double scaled = isFree ? wanted[c] * most : wanted[c] / median(wanted);
      boolean isUsable = scaled > 0 && Double.isFinite(scaled);
      long exponent = isUsable ? Math.round(Math.log(scaled) / Math.log(2)) : 0;
      factors[c] = Math.scalb(1f, Math.clamp(exponent, -MOST_EXPONENT, MOST_EXPONENT));
    }
    return factors;
  }

  /** Of what a channel can be multiplied by; one that is next to nothing has no say in it. */
  private static double median(double[] values) {
    double[] usable =
        Arrays.stream(values)
            .filter(value -> value > 0 && Double.isFinite(value))
            .sorted()
            .toArray();
    return usable.length == 0 ? 1 : usable[usable.length / 2];
  }

  private void addLargest(Node reader, double[] largest) {
    float[] weights = weights(reader);
    for (int i = 0; i < weights.length; i++) {
      int channel = channel(reader, i);
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
      if (tensor.elementCount() == 0) {
        return;
      }
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

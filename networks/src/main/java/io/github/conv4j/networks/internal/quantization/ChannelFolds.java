package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Draft;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Folds batch normalizations, and products and sums of each channel, into the weights and the bias
 * of the convolution before them: as integers they would be roundings of their own.
 */
final class ChannelFolds {
  /** What becomes of a channel: {@code factor * x + shift}. */
  private record Line(double[] factors, double[] shifts) {}

  private final Draft draft;

  private ChannelFolds(Draft draft) {
    this.draft = draft;
  }

  static void apply(Draft draft) {
    var folds = new ChannelFolds(draft);
    for (Node node : draft.nodes()) {
      if (Attributes.is(node, "Conv", "ConvTranspose")) {
        Node convolution = node;
        for (Node folded = folds.fold(node); folded != null; folded = folds.fold(convolution)) {
          convolution = folded;
        }
      }
    }
    draft.removeUnread();
  }

  /** Returns the convolution that does what its only reader did too, or null. */
  private @Nullable Node fold(Node node) {
    String dst = node.outputs().getFirst();
    float[] weights = draft.floats(node.inputs().get(1));
    float[] bias = node.hasInput(2) ? draft.floats(node.inputs().get(2)) : new float[0];
    Node reader = draft.onlyReader(dst);
    if (weights == null || bias == null || reader == null || !isSameType(dst, reader)) {
      return null;
    }
    int channels = (int) draft.type(dst).dim(1);
    Line line = line(reader, dst, channels);
    if (line == null) {
      return null;
    }
    float[] newBias = new float[channels];
    for (int c = 0; c < channels; c++) {
      double old = bias.length == 0 ? 0 : bias[c];
      newBias[c] = (float) (old * line.factors[c] + line.shifts[c]);
    }
    long[] dims = draft.type(node.inputs().get(1)).dims();
    scale(weights, dims, Attributes.is(node, "ConvTranspose"), line.factors);
    Node folded =
        new Node(
            node.name(),
            node.domain(),
            node.operator(),
            List.of(
                node.inputs().getFirst(), draft.add(weights, dims), draft.add(newBias, channels)),
            reader.outputs(),
            node.attributes());
    draft.replace(List.of(node, reader), folded);
    return folded;
  }

  private boolean isSameType(String dst, Node reader) {
    return reader.outputs().stream().filter(name -> !name.isEmpty()).count() == 1
        && draft.type(dst).rank() >= 2
        && draft.type(dst).equals(draft.type(reader.outputs().getFirst()));
  }

  private static void scale(float[] weights, long[] dims, boolean transposed, double[] factors) {
    int area = 1;
    for (int i = 2; i < dims.length; i++) {
      area *= (int) dims[i];
    }
    int columns = (int) dims[1];
    int groups = transposed ? factors.length / columns : 1;
    int rowsOfGroup = (int) dims[0] / groups;
    for (int i = 0; i < weights.length; i++) {
      int row = i / area / columns;
      int channel = transposed ? row / rowsOfGroup * columns + i / area % columns : row;
      weights[i] = (float) (weights[i] * factors[channel]);
    }
  }

  private @Nullable Line line(Node node, String src, int channels) {
    if (!node.domain().isEmpty()) {
      return null;
    }
    boolean isFirst = node.inputs().getFirst().equals(src);
    if (node.operator().equals("BatchNormalization")) {
      return isFirst ? normalization(node, channels) : null;
    }
    if (node.inputs().size() != 2) {
      return null;
    }
    double[] other = channels(node.inputs().get(isFirst ? 1 : 0), draft.type(src), channels);
    if (other == null) {
      return null;
    }
    double[] ones = all(channels, 1);
    double[] zeros = all(channels, 0);
    return switch (node.operator()) {
      case "Add" -> new Line(ones, other);
      case "Sub" ->
          isFirst ? new Line(ones, each(other, x -> -x)) : new Line(all(channels, -1), other);
      case "Mul" -> new Line(other, zeros);
      case "Div" -> isFirst ? new Line(each(other, x -> 1 / x), zeros) : null;
      default -> null;
    };
  }

  private @Nullable Line normalization(Node node, int channels) {
    double[][] parameters = new double[4][];
    for (int i = 0; i < parameters.length; i++) {
      float[] values = draft.floats(node.inputs().get(i + 1));
      if (values == null || values.length != channels) {
        return null;
      }
      parameters[i] = new double[channels];
      for (int c = 0; c < channels; c++) {
        parameters[i][c] = values[c];
      }
    }
    double epsilon = Attributes.real(node, "epsilon", 1e-5f);
    double[] factors = new double[channels];
    double[] shifts = new double[channels];
    for (int c = 0; c < channels; c++) {
      factors[c] = parameters[0][c] / Math.sqrt(parameters[3][c] + epsilon);
      shifts[c] = parameters[1][c] - parameters[2][c] * factors[c];
    }
    return new Line(factors, shifts);
  }

  /** Returns one number a channel of a constant that has one for each, or one for all; or null. */
  private double @Nullable [] channels(String constant, TensorType type, int channels) {
    float[] values = draft.floats(constant);
    if (values == null) {
      return null;
    }
    long[] dims = draft.type(constant).dims();
    int shift = type.rank() - dims.length;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != 1 && (i + shift != 1 || dims[i] != channels)) {
        return null;
      }
    }
    double[] result = new double[channels];
    Arrays.setAll(result, c -> values[values.length == 1 ? 0 : c]);
    return shift < 0 ? null : result;
  }

  private static double[] all(int count, double value) {
    double[] all = new double[count];
    Arrays.fill(all, value);
    return all;
  }

  private static double[] each(double[] values, DoubleUnaryOperator function) {
    return Arrays.stream(values).map(function).toArray();
  }
}

package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The mean of each channel of a tensor of floats, and of its squares, over all samples. */
final class ChannelMeans {
  private final BiasedSum channels;
  private double[] sums = {};
  private double[] squares = {};
  private long count;

  private ChannelMeans(BiasedSum channels) {
    this.channels = channels;
  }

  /**
   * Runs a graph for values.
   *
   * @param values with what their channels are those of
   */
  static Map<String, ChannelMeans> of(
      Graph graph,
      Map<String, BiasedSum> values,
      Iterable<Map<String, Constant>> samples,
      Engine engine) {
    Map<String, ChannelMeans> means = new LinkedHashMap<>();
    values.forEach((name, channels) -> means.put(name, new ChannelMeans(channels)));
    try (var run = new ObservedRun(graph, means.keySet().stream().map(List::of).toList(), engine)) {
      for (Map<String, Constant> sample : samples) {
        run.run(
            sample,
            tensors ->
                tensors.forEach(
                    (name, tensor) -> Objects.requireNonNull(means.get(name), name).add(tensor)));
      }
    }
    return means;
  }

  private void add(Constant tensor) {
    if (tensor.elementCount() == 0) {
      return;
    }
    long[] dims = tensor.dims();
    int axis = this.channels.channelAxis(dims.length);
    int channels = (int) dims[axis];
    if (sums.length == 0) {
      sums = new double[channels];
      squares = new double[channels];
    }
    long area = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      area *= dims[i];
    }
    long rows = tensor.elementCount() / area;
    MemorySegment data = tensor.data();
    for (long row = 0; row < rows; row++) {
      double sum = 0;
      double square = 0;
      for (long i = row * area; i < (row + 1) * area; i++) {
        double value = data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        sum += value;
        square += value * value;
      }
      sums[(int) (row % channels)] += sum;
      squares[(int) (row % channels)] += square;
    }
    count += rows / channels * area;
  }

  /** Returns the mean of a channel; no number if there was none. */
  double mean(int channel) {
    return count == 0 ? Double.NaN : sums[channel] / count;
  }

  double meanOfSquares(int channel) {
    return count == 0 ? Double.NaN : squares[channel] / count;
  }

  /** Returns how many numbers each channel had. */
  long count() {
    return count;
  }
}

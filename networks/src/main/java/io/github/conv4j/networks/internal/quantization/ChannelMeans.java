package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Constant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntUnaryOperator;

/** The mean of each channel of a tensor of floats, and of its squares, over all samples. */
final class ChannelMeans {
  private final IntUnaryOperator channelAxis;
  private double[] sums = {};
  private double[] squares = {};
  private long count;

  /**
   * Begins.
   *
   * @param channelAxis of a rank
   */
  ChannelMeans(IntUnaryOperator channelAxis) {
    this.channelAxis = channelAxis;
  }

  void add(Constant tensor) {
    if (tensor.elementCount() == 0) {
      return;
    }
    long[] dims = tensor.dims();
    int axis = channelAxis.applyAsInt(dims.length);
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

  double mean(int channel) {
    return sums[channel] / count;
  }

  double meanOfSquares(int channel) {
    return squares[channel] / count;
  }

  /** Returns how many numbers each channel had. */
  long count() {
    return count;
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Geometry;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Integer weights as weights of f32 convolutions whose sums are exact: of each output channel the
 * products that one output can sum, in any order and any selection, stay within the integers up to
 * 2^24, which a float holds. Where the weights as they are do not admit that, they are split into
 * digits of a smaller base, each an output channel of its own, whose sums are put together again.
 *
 * <p>The bound is by the weights, whatever src is: products of the weights of one sign with the
 * largest value of src, and of the others with the least, so that a selection of them is no larger.
 *
 * @param digits how many f32 channels make an output channel, neighbours, the lowest digit first
 * @param base of the digits
 * @param weights of all, in the order of the description's weights with more output channels
 * @param largest what a sum may reach
 */
record IntegerSums(int digits, int base, float[] weights, double largest) {
  /** All integers up to this one are floats. */
  static final double MOST = 1 << 24;

  /** What an array holds. */
  private static final int MOST_WEIGHTS = Integer.MAX_VALUE - 64;

  private static final int[][] SPLITS = {{1, 256}, {2, 16}, {4, 4}};

  /**
   * Returns the fewest digits that make all sums exact; empty where none do.
   *
   * @param srcType of integers
   * @param weights in row-major order
   */
  static Optional<IntegerSums> of(Convolution convolution, DataType srcType, int[] weights) {
    int zeroPoint = convolution.quantization().srcZeroPoint();
    double above = (double) srcType.most() - zeroPoint;
    double below = (double) zeroPoint - srcType.least();
    for (int[] split : SPLITS) {
      if ((long) weights.length * split[0] > MOST_WEIGHTS) {
        break;
      }
      float[] channels = split(convolution, weights, split[0], split[1]);
      double largest = largest(convolution, channels, split[0], above, below);
      if (largest <= MOST) {
        return Optional.of(new IntegerSums(split[0], split[1], channels, largest));
      }
    }
    return Optional.empty();
  }

  /** Returns the f32 convolution that computes the sums: its output channels are digits. */
  Convolution convolution(PrepareRequest request) {
    Convolution asked = request.convolution();
    if (digits == 1) {
      return asked.toBuilder()
          .bias(false)
          .postOps(PostOps.none())
          .quantization(Quantization.none())
          .fpmathMode(FpmathMode.STRICT)
          .requantization(Requantization.EXACT)
          .build();
    }
    long in = asked.inChannels();
    long out = asked.outChannels() * digits;
    boolean transposed = asked.isTransposed();
    boolean zeros = asked.padding().mode() == PaddingMode.ZEROS;
    Convolution.Builder builder =
        switch (asked.spatialRank()) {
          case 1 -> transposed ? Convolution.transposed1d(in, out) : Convolution.conv1d(in, out);
          case 2 -> transposed ? Convolution.transposed2d(in, out) : Convolution.conv2d(in, out);
          default -> transposed ? Convolution.transposed3d(in, out) : Convolution.conv3d(in, out);
        };
    Geometry geometry = request.geometry();
    // Other modes than zeros crop nothing; what no window reaches makes no difference.
    long[] end = each(geometry, axis -> zeros ? axis.end() : Math.max(0, axis.end()));
    return builder
        .groups(asked.groups())
        .kernel(each(geometry, Geometry.Axis::kernel))
        .stride(each(geometry, Geometry.Axis::stride))
        .dilation(each(geometry, Geometry.Axis::dilation))
        .padding(
            Padding.asymmetric(each(geometry, Geometry.Axis::begin), end)
                .mode(asked.padding().mode()))
        .flippedKernel(asked.isKernelFlipped())
        .bias(false)
        .build();
  }

  private static long[] each(Geometry geometry, ToLongFunction<Geometry.Axis> part) {
    return geometry.axes().stream().mapToLong(part).toArray();
  }

  /** Output channels are the first dimension, or the second of a transposed convolution. */
  private static float[] split(Convolution convolution, int[] weights, int digits, int base) {
    float[] all = new float[weights.length * digits];
    int block = (int) (weights.length / convolution.weightsShape().dim(0));
    if (convolution.isTransposed()) {
      block /= (int) convolution.weightsShape().dim(1);
    }
    for (int i = 0; i < weights.length; i++) {
      int rest = weights[i];
      int first = i / block * digits * block + i % block;
      for (int digit = 0; digit < digits; digit++) {
        boolean last = digit == digits - 1;
        int value = last ? rest : Math.floorMod(rest + base / 2, base) - base / 2;
        all[first + digit * block] = value;
        rest = (rest - value) / base;
      }
    }
    return all;
  }

  /** The output channel of a weight, which is one of so many in row-major order. */
  static int outChannel(Convolution convolution, int weightCount, int index) {
    return outChannel(convolution, (int) convolution.outChannels(), weightCount, index);
  }

  private static int outChannel(Convolution convolution, int channels, int weightCount, int index) {
    int groups = (int) convolution.groups();
    int outPerGroup = channels / groups;
    int inPerGroup = (int) convolution.inChannels() / groups;
    int taps = weightCount / outPerGroup / (int) convolution.inChannels();
    return convolution.isTransposed()
        ? index / taps / outPerGroup / inPerGroup * outPerGroup + index / taps % outPerGroup
        : index / taps / inPerGroup;
  }

  private static double largest(
      Convolution convolution, float[] weights, int digits, double above, double below) {
    int channels = (int) convolution.outChannels() * digits;
    double[] positive = new double[channels];
    double[] negative = new double[channels];
    for (int i = 0; i < weights.length; i++) {
      int channel = outChannel(convolution, channels, weights.length, i);
      if (weights[i] > 0) {
        positive[channel] += weights[i];
      } else {
        negative[channel] -= weights[i];
      }
    }
    double largest = 0;
    for (int i = 0; i < channels; i++) {
      largest = Math.max(largest, above * positive[i] + below * negative[i]);
      largest = Math.max(largest, above * negative[i] + below * positive[i]);
    }
    return largest;
  }
}

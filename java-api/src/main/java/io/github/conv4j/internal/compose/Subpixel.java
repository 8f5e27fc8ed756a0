package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transposed convolution of stride s whose kernel is a multiple of s, seen as a convolution of
 * stride 1: with {@code o + begin = q*s + r}, output o takes tap {@code r + s*j} of source element
 * {@code q - j}, for every remainder r the same elements. So the remainders become output channels,
 * which fill vectors that few output channels alone leave empty. The weights of the convolution are
 * those of the transposed one in another order: none is added.
 *
 * @see <a href="https://arxiv.org/abs/1609.07009">Shi et al., Is the deconvolution layer the same
 *     as a convolutional layer?</a>
 */
record Subpixel(Convolution transposed, List<Axis> axes) {
  /** Where the output channels alone fill vectors there is nothing to win. */
  private static final long MOST_OUT_CHANNELS = 8;

  /** Of the blocks, and of the weights, which are held a second time. */
  private static final long MOST_ELEMENTS = 1 << 26;

  /** With fewer multiplications an output for each output channel the copy is not repaid. */
  private static final long LEAST_MULTIPLICATIONS = 4;

  /** More outputs of blocks than this many times those of dst would mostly be computed in vain. */
  private static final double MOST_SURPLUS = 2;

  /**
   * One spatial axis.
   *
   * @param stride how many outputs a block has
   * @param taps taps that each output takes
   * @param first the block that output 0 is in
   * @param skipped outputs of that block before output 0
   * @param blocks how many blocks there are
   * @param begin padding of the convolution of stride 1 before the first element
   * @param end its padding after the last element
   */
  record Axis(int stride, int taps, long first, int skipped, long blocks, long begin, long end) {
    private static @Nullable Axis of(Geometry.Axis axis) {
      long stride = axis.stride();
      if (axis.dilation() != 1 || axis.kernel() % stride != 0) {
        return null;
      }
      long taps = axis.kernel() / stride;
      long first = axis.begin() / stride;
      long blocks = (axis.dst() - 1 + axis.begin()) / stride - first + 1;
      long begin = taps - 1 - first;
      long end = blocks - axis.src() - begin + taps - 1;
      if (begin < 0 || end < 0 || end >= taps) {
        return null;
      }
      int skipped = (int) (axis.begin() % stride);
      return new Axis((int) stride, (int) taps, first, skipped, blocks, begin, end);
    }
  }

  /** Returns the view of a problem, or null where it has none or wins nothing by it. */
  static @Nullable Subpixel of(PrepareRequest request) {
    Convolution c = request.convolution();
    if (!c.isTransposed()
        || c.groups() != 1
        || c.outChannels() > MOST_OUT_CHANNELS
        || c.padding().mode() != PaddingMode.ZEROS) {
      return null;
    }
    List<Geometry.Axis> axes = request.geometry().axes();
    Axis[] seen = new Axis[axes.size()];
    double elements = (double) request.dst().shape().dim(0) * c.outChannels();
    double multiplications = c.inChannels();
    boolean apart = false;
    for (int i = 0; i < seen.length; i++) {
      Axis axis = Axis.of(axes.get(i));
      if (axis == null) {
        return null;
      }
      seen[i] = axis;
      elements *= (double) axis.blocks * axis.stride;
      multiplications *= axis.taps;
      apart |= axis.stride > 1;
    }
    boolean pays =
        apart
            && elements <= MOST_ELEMENTS
            && c.weightsShape().elementCount() <= MOST_ELEMENTS
            && elements <= MOST_SURPLUS * request.dst().shape().elementCount()
            && multiplications >= LEAST_MULTIPLICATIONS * c.outChannels();
    return pays ? new Subpixel(c, List.of(seen)) : null;
  }

  /** How many outputs a block has in all. */
  int phases() {
    return axes.stream().mapToInt(Axis::stride).reduce(1, Math::multiplyExact);
  }

  /** The convolution of stride 1; its output channel is {@code phase * oc + channel}. */
  Convolution convolution() {
    long outChannels = phases() * transposed.outChannels();
    long inChannels = transposed.inChannels();
    Convolution.Builder builder =
        switch (axes.size()) {
          case 1 -> Convolution.conv1d(inChannels, outChannels);
          case 2 -> Convolution.conv2d(inChannels, outChannels);
          default -> Convolution.conv3d(inChannels, outChannels);
        };
    return builder
        .kernel(axes.stream().mapToLong(Axis::taps).toArray())
        .padding(
            Padding.asymmetric(
                axes.stream().mapToLong(Axis::begin).toArray(),
                axes.stream().mapToLong(Axis::end).toArray()))
        .bias(transposed.hasBias())
        .postOps(transposed.postOps())
        .fpmathMode(transposed.fpmathMode())
        .build();
  }

  /** The shape of the blocks. */
  Shape blocks(Shape dst) {
    long[] dims = dst.dims();
    dims[1] = phases() * transposed.outChannels();
    for (int i = 0; i < axes.size(); i++) {
      dims[i + 2] = axes.get(i).blocks;
    }
    return Shape.of(dims);
  }

  /** The weights of {@link #convolution}. */
  Tensor weights(Tensor weights, Arena arena) {
    float[] from = CopiedWeights.of(transposed, weights);
    Shape shape = convolution().weightsShape();
    float[] to = new float[Math.toIntExact(shape.elementCount())];
    int[] kernel = new int[3];
    int[] taps = new int[3];
    int[] strides = new int[3];
    for (int i = 0; i < 3; i++) {
      int axis = i - 3 + axes.size();
      taps[i] = axis < 0 ? 1 : axes.get(axis).taps;
      strides[i] = axis < 0 ? 1 : axes.get(axis).stride;
      kernel[i] = taps[i] * strides[i];
    }
    int outChannels = Math.toIntExact(transposed.outChannels());
    int inChannels = Math.toIntExact(transposed.inChannels());
    int at = 0;
    for (int phase = 0; phase < phases(); phase++) {
      int d = phase / (strides[1] * strides[2]);
      int h = phase / strides[2] % strides[1];
      int w = phase % strides[2];
      for (int oc = 0; oc < outChannels; oc++) {
        for (int ic = 0; ic < inChannels; ic++) {
          int channel = (ic * outChannels + oc) * kernel[0];
          for (int i = taps[0] - 1; i >= 0; i--) {
            int plane = (channel + d + strides[0] * i) * kernel[1];
            for (int j = taps[1] - 1; j >= 0; j--) {
              int row = (plane + h + strides[1] * j) * kernel[2];
              for (int k = taps[2] - 1; k >= 0; k--) {
                to[at++] = from[row + w + strides[2] * k];
              }
            }
          }
        }
      }
    }
    return Tensor.ofFloats(TensorSpec.weights(shape), to, arena);
  }

  /** The bias of {@link #convolution}: each phase has that of its channel. */
  @Nullable Tensor bias(@Nullable Tensor bias, Arena arena) {
    if (bias == null) {
      return null;
    }
    float[] from = bias.toFloatArray();
    float[] to = new float[phases() * from.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = from[i % from.length];
    }
    return Tensor.ofFloats(TensorSpec.bias(to.length), to, arena);
  }
}

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
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of integers as plain sums of unsigned times signed bytes. Signed sources are moved
 * up by 128, and so is their zero point; the zero point then stands where padding is, and what it
 * adds to each sum, the same everywhere, is taken off again.
 *
 * @param request for the sums: u8 times s8 to f32, without zero points, scales, bias and post-ops
 * @param zero what stands for zero in the bytes that are summed
 * @param begins how many of them come before src along each spatial axis, where padding is written
 * @param corrections what is to be added to the sums of each output channel
 * @param largest what a sum may reach
 */
record ByteSums(
    PrepareRequest request, int zero, long[] begins, double[] corrections, double largest) {
  /** A source that padding makes larger by more than this factor is not copied for it. */
  private static final double MOST_PADDED = 2;

  /** From signed bytes to unsigned ones. */
  static final int SIGNED = 128;

  /** The sums, or why there are none. */
  record Found(@Nullable ByteSums sums, String lack) {}

  /**
   * Plans.
   *
   * @param asked with quantized types
   * @param weights in row-major order
   */
  static Found of(PrepareRequest asked, int[] weights) {
    Convolution convolution = asked.convolution();
    boolean signed = asked.src().dataType() == DataType.S8;
    int zero = convolution.quantization().srcZeroPoint() + (signed ? SIGNED : 0);
    if (convolution.isTransposed() && zero != 0) {
      return lack("it is transposed: outputs meet unlike taps, and so does its zero point");
    }
    boolean pads = asked.geometry().axes().stream().anyMatch(a -> a.begin() > 0 || a.end() > 0);
    if (pads && convolution.padding().mode() != PaddingMode.ZEROS) {
      return lack("it pads with other values than zero");
    }
    int out = (int) convolution.outChannels();
    double[] positive = new double[out];
    double[] negative = new double[out];
    int taps = weights.length / (int) (convolution.inChannels() / convolution.groups()) / out;
    for (int begin = 0; begin < weights.length; begin += taps) {
      int channel = IntegerSums.outChannel(convolution, weights.length, begin);
      for (int i = begin; i < begin + taps; i++) {
        positive[channel] += Math.max(0, weights[i]);
        negative[channel] -= Math.min(0, weights[i]);
      }
    }
    double[] corrections = new double[out];
    double largest = 0;
    for (int channel = 0; channel < out; channel++) {
      largest =
          Math.max(largest, DataType.U8.most() * Math.max(positive[channel], negative[channel]));
      corrections[channel] = zero == 0 ? 0 : zero * (negative[channel] - positive[channel]);
    }
    if (largest > IntegerSums.MOST) {
      return lack("sums may reach %,.0f, beyond the 2^24 that its kernels hold".formatted(largest));
    }
    boolean writesPadding = pads && zero != 0;
    TensorSpec src = asked.src().withDataType(DataType.U8);
    if (signed || writesPadding) {
      src = rows(src);
      if (src == null) {
        return lack("its source is strided");
      }
    }
    long[] begins = new long[asked.geometry().axes().size()];
    if (writesPadding) {
      Shape shape = src.shape();
      for (int i = 0; i < begins.length; i++) {
        Geometry.Axis axis = asked.geometry().axis(i);
        begins[i] = axis.begin();
        shape = shape.with(i + 2, axis.src() + axis.begin() + Math.max(0, axis.end()));
      }
      if (shape.elementCount() > MOST_PADDED * src.shape().elementCount()) {
        return lack("it has more padding than source");
      }
      src = src.withShape(shape);
    }
    Convolution.Builder builder =
        convolution.toBuilder()
            .bias(false)
            .postOps(PostOps.none())
            .quantization(Quantization.none())
            .fpmathMode(FpmathMode.STRICT)
            .requantization(Requantization.EXACT);
    if (writesPadding) {
      builder.padding(
          Padding.asymmetric(
              each(asked.geometry(), axis -> 0),
              each(asked.geometry(), axis -> Math.min(0, axis.end()))));
    }
    TensorSpec dst = asked.dst();
    TensorSpec sums = (dst.isAny() ? dst : StagedConvolution.dense(dst)).withDataType(DataType.F32);
    PrepareRequest request = PrepareRequest.of(builder.build(), src, sums, asked.weights(), null);
    return new Found(new ByteSums(request, zero, begins, corrections, largest), "");
  }

  /** Whether src must be copied for the sums. */
  boolean copies(TensorSpec src) {
    return src.dataType() != DataType.U8 || !src.shape().equals(request.src().shape());
  }

  /** The spec in a plain layout whose rows lie as those of src do; null if there is none. */
  static @Nullable TensorSpec rows(TensorSpec src) {
    return src.isAny() || src.layout() instanceof Layout.Plain ? src : null;
  }

  private static long[] each(Geometry geometry, ToLongFunction<Geometry.Axis> part) {
    return geometry.axes().stream().mapToLong(part).toArray();
  }

  private static Found lack(String why) {
    return new Found(null, why);
  }
}

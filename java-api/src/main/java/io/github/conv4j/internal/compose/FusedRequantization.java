package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.internal.prepared.FusedOutputs;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of integers as one of bytes that does what {@link RequantizationPass} does: sums
 * are scaled, a bias is added, post-ops are applied, and the last of these bring results to the
 * steps of dst.
 */
final class FusedRequantization {
  /** Sums, scaled by no more, stay finite through what {@link FusedOutputs} lets follow. */
  private static final float LARGEST_SCALE = 0x1p16f;

  private static final float LARGEST_BIAS = 0x1p48f;

  private FusedRequantization() {}

  /**
   * Plans.
   *
   * @param asked of integers, with post-ops
   * @param arena for the bias
   * @return a request of the bytes that are summed, for dst as it was asked; null where that is not
   *     permitted, or where infinity might come of it
   */
  static @Nullable PrepareRequest of(PrepareRequest asked, Arena arena) {
    Convolution convolution = asked.convolution();
    DataType type = asked.dst().dataType();
    boolean makesBytes = type == DataType.U8 || type == DataType.S8;
    if (!FusedOutputs.include(convolution, type)
        || (makesBytes && !FusedOutputs.areModerate(asked.operands()))
        || !areModerate(convolution.quantization())
        || products(convolution) > TypedConvolution.MOST_BYTE_PRODUCTS
        || !hasServedWindows(convolution, asked.geometry())) {
      return null;
    }
    boolean signed = asked.src().dataType() == DataType.S8;
    int zero = convolution.quantization().srcZeroPoint() + (signed ? ByteSums.SIGNED : 0);
    TensorSpec src = asked.src().withDataType(DataType.U8);
    if ((convolution.isTransposed() && zero != 0)
        || convolution.padding().mode() != PaddingMode.ZEROS
        || (signed && ByteSums.rows(src) == null)) {
      return null;
    }
    float[] scales = scales(convolution);
    float[] shifts = shifts(asked.bias(), scales);
    List<PostOp> postOps = new ArrayList<>(convolution.postOps().list());
    if (makesBytes) {
      toSteps(postOps, scales, shifts, convolution.quantization(), type);
    }
    boolean hasBias = false;
    for (int i = 0; i < scales.length; i++) {
      if (!(scales[i] > 0) || !(Math.abs(shifts[i]) <= LARGEST_BIAS)) {
        return null;
      }
      hasBias |= shifts[i] != 0;
    }
    Convolution fused =
        convolution.toBuilder()
            .bias(hasBias)
            .postOps(PostOps.of(postOps))
            .quantization(Quantization.none().withSrc(1, zero).withWeights(scales))
            .requantization(Requantization.EXACT)
            .build();
    return new PrepareRequest(
        fused,
        asked.geometry(),
        src,
        asked.dst(),
        asked.weights(),
        hasBias ? Tensor.ofFloats(TensorSpec.bias(shifts.length), shifts, arena) : null,
        asked.operands());
  }

  /**
   * Whether channels are all seen together or each alone, and windows touch each other and reach
   * beyond an edge by half at most. oneDNN 3.13 (brg_conv_fwd) makes wrong bytes of others: where
   * what is behind the last window is not read, and, with a zero point, of groups of several
   * channels, where taps or windows lie apart, and where windows lie in the padding alone.
   */
  static boolean hasServedWindows(Convolution convolution, Geometry geometry) {
    return (convolution.groups() == 1 || isDepthwise(convolution))
        && geometry.axes().stream().allMatch(FusedRequantization::isServed);
  }

  private static boolean isDepthwise(Convolution convolution) {
    return convolution.isDepthwise() && convolution.outChannels() == convolution.groups();
  }

  private static boolean isServed(Geometry.Axis axis) {
    long half = axis.kernel() / 2;
    return axis.dilation() == 1
        && axis.stride() <= axis.kernel()
        && axis.begin() <= half
        && axis.end() >= 0
        && axis.end() <= half;
  }

  /** How many an output sums up at most. */
  private static double products(Convolution convolution) {
    double products = (double) convolution.inChannels() / convolution.groups();
    for (int axis = 0; axis < convolution.spatialRank(); axis++) {
      products *= convolution.kernel(axis);
    }
    return products;
  }

  /** Whether no infinity comes of sums that are scaled, nor of results in steps of dst. */
  private static boolean areModerate(Quantization quantization) {
    boolean moderate = quantization.dstScale() >= 1 / LARGEST_SCALE;
    for (int i = 0; i < quantization.weightsScaleCount(); i++) {
      moderate &= quantization.srcScale() * quantization.weightsScale(i) <= LARGEST_SCALE;
    }
    return moderate;
  }

  private static float[] scales(Convolution convolution) {
    Quantization quantization = convolution.quantization();
    float[] scales = new float[(int) convolution.outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = quantization.srcScale() * quantization.weightsScale(i);
    }
    return scales;
  }

  /** What is added to scaled sums, zeros where there is no bias. */
  private static float[] shifts(@Nullable Tensor bias, float[] scales) {
    float[] shifts = new float[scales.length];
    if (bias == null) {
      return shifts;
    }
    if (bias.spec().dataType() != DataType.S32) {
      return bias.toFloatArray();
    }
    int[] integers = bias.toIntArray();
    for (int i = 0; i < shifts.length; i++) {
      shifts[i] = (float) ((double) integers[i] * scales[i]);
    }
    return shifts;
  }

  /**
   * Appends a division by the scale of dst and the addition of its zero point, or lets what is
   * there do it.
   */
  private static void toSteps(
      List<PostOp> postOps,
      float[] scales,
      float[] shifts,
      Quantization quantization,
      DataType type) {
    double step = quantization.dstScale();
    int zero = quantization.dstZeroPoint();
    boolean saturates = zero == type.least();
    if (saturates && postOps.size() == 1 && isRelu(postOps.getFirst())) {
      postOps.clear();
    }
    if (postOps.isEmpty()) {
      for (int i = 0; i < scales.length; i++) {
        scales[i] = (float) (scales[i] / step);
        shifts[i] = (float) (shifts[i] / step + zero);
      }
    } else if (postOps.getLast() instanceof Eltwise last && last.function() == Function.LINEAR) {
      postOps.set(
          postOps.size() - 1,
          PostOp.linear((float) (last.alpha() / step), (float) (last.beta() / step + zero)));
    } else {
      postOps.add(PostOp.linear((float) (1 / step), zero));
    }
  }

  private static boolean isRelu(PostOp postOp) {
    return postOp instanceof Eltwise eltwise
        && eltwise.function() == Function.RELU
        && eltwise.alpha() == 0;
  }
}

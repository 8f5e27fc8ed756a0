package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of integers as one of bytes without a quantization, whose post-ops do what {@link
 * RequantizationPass} does: they scale exact sums, and bring the results to the steps of dst.
 */
final class FusedRequantization {
  /** Of a sum of 2^32 so many post-ops with such numbers, and such scales, make no infinity. */
  private static final int MOST_POST_OPS = 4;

  private static final float LARGEST_PARAMETER = 0x1p12f;
  private static final float LARGEST_SCALE = 0x1p16f;
  private static final float LARGEST_BIAS = 0x1p48f;

  private FusedRequantization() {}

  /**
   * Plans.
   *
   * @param asked of integers, with post-ops
   * @param sums of it
   * @param arena for the bias and the scales
   * @return a request of the bytes that are summed, for dst as it was asked; null where that is not
   *     permitted, or where infinity might come of it
   */
  static @Nullable PrepareRequest of(PrepareRequest asked, ByteSums sums, Arena arena) {
    Convolution convolution = asked.convolution();
    DataType type = asked.dst().dataType();
    boolean makesBytes = type == DataType.U8 || type == DataType.S8;
    if (convolution.requantization() == Requantization.EXACT
        || !(makesBytes || type == DataType.F32)
        || !areTame(convolution.postOps())
        || !areTame(convolution.quantization())) {
      return null;
    }
    double[] added = sums.added(asked.bias());
    if (!areRoundedLikeTheirBias(added, sums.corrections())) {
      return null;
    }
    Quantization quantization = convolution.quantization();
    float[] scales = new float[(int) convolution.outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = quantization.srcScale() * quantization.weightsScale(i);
    }
    float[] shifts = shifts(asked.bias(), scales.length);
    for (float shift : shifts) {
      if (!(Math.abs(shift) <= LARGEST_BIAS)) {
        return null;
      }
    }
    List<PostOp> postOps = new ArrayList<>(convolution.postOps().list());
    if (makesBytes) {
      toSteps(postOps, scales, shifts, quantization, type);
    }
    List<Tensor> operands = new ArrayList<>();
    scale(postOps, scales, shifts, operands, arena);
    boolean hasBias = !Arrays.stream(added).allMatch(b -> b == 0);
    Convolution fused =
        sums.request().convolution().toBuilder().bias(hasBias).postOps(PostOps.of(postOps)).build();
    return new PrepareRequest(
        fused,
        sums.request().geometry(),
        sums.request().src(),
        asked.dst(),
        asked.weights(),
        hasBias ? tensor(floats(added), arena) : null,
        operands);
  }

  /** Whether numbers that floats do not hold are large for their bias, not for what it corrects. */
  private static boolean areRoundedLikeTheirBias(double[] added, double[] corrections) {
    for (int i = 0; i < added.length; i++) {
      if (Math.abs(added[i]) > IntegerSums.MOST
          && Math.abs(added[i] - corrections[i]) < Math.abs(corrections[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether these make numbers of numbers, exactly but for the roundings of each operation. */
  private static boolean areTame(PostOps postOps) {
    if (postOps.list().size() > MOST_POST_OPS) {
      return false;
    }
    for (PostOp postOp : postOps.list()) {
      if (!(postOp instanceof Eltwise eltwise)
          || !isTame(eltwise.function())
          || !(Math.abs(eltwise.alpha()) <= LARGEST_PARAMETER)
          || !(Math.abs(eltwise.beta()) <= LARGEST_PARAMETER)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTame(Function function) {
    return switch (function) {
      case RELU, CLIP, HARD_SWISH, HARD_SIGMOID, LINEAR, ABS -> true;
      default -> false;
    };
  }

  private static boolean areTame(Quantization quantization) {
    boolean tame = quantization.dstScale() >= 1 / LARGEST_SCALE;
    for (int i = 0; i < quantization.weightsScaleCount(); i++) {
      tame &= quantization.srcScale() * quantization.weightsScale(i) <= LARGEST_SCALE;
    }
    return tame;
  }

  /** A bias of floats, zeros where there is none. */
  private static float[] shifts(@Nullable Tensor bias, int count) {
    return bias == null || bias.spec().dataType() == DataType.S32
        ? new float[count]
        : bias.toFloatArray();
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

  /** Puts products and sums in front. */
  private static void scale(
      List<PostOp> postOps, float[] scales, float[] shifts, List<Tensor> operands, Arena arena) {
    if (isAll(scales, scales[0]) && isAll(shifts, shifts[0])) {
      if (scales[0] != 1 || shifts[0] != 0) {
        postOps.addFirst(PostOp.linear(scales[0], shifts[0]));
      }
      return;
    }
    if (!isAll(shifts, 0)) {
      postOps.addFirst(PostOp.add(operand(shifts, operands, arena)));
    }
    postOps.addFirst(PostOp.mul(operand(scales, operands, arena)));
  }

  private static boolean isRelu(PostOp postOp) {
    return postOp instanceof Eltwise eltwise
        && eltwise.function() == Function.RELU
        && eltwise.alpha() == 0;
  }

  private static PostOp.Operand operand(float[] values, List<Tensor> operands, Arena arena) {
    if (isAll(values, values[0])) {
      return PostOp.Operand.scalar(values[0]);
    }
    operands.addFirst(tensor(values, arena));
    return PostOp.Operand.perChannel();
  }

  private static boolean isAll(float[] values, float value) {
    for (float each : values) {
      if (each != value) {
        return false;
      }
    }
    return true;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static Tensor tensor(float[] values, Arena arena) {
    return Tensor.ofFloats(TensorSpec.bias(values.length), values, arena);
  }
}

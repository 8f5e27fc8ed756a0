package io.github.conv4j.internal.prepared;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Operation;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import java.util.List;

/** Which outputs of integer sums {@link Requantization#FUSED} may change. */
public final class FusedOutputs {
  /** Of a sum of 2^32 so many post-ops with such numbers make no infinity. */
  private static final int MOST_POST_OPS = 4;

  private static final float LARGEST_PARAMETER = 0x1p12f;

  private FusedOutputs() {}

  /** Tells whether a kernel may make outputs of a type itself. */
  public static boolean include(Convolution convolution, DataType dst) {
    if (convolution.requantization() == Requantization.EXACT) {
      return false;
    }
    return switch (dst) {
      case U8, S8 -> stayFinite(convolution.postOps());
      case F32 -> true;
      case S32, BF16, F16 -> false;
    };
  }

  /**
   * Whether these make numbers of numbers, exactly but for the roundings of each operation. What is
   * no number becomes the zero point where dst holds bytes, and something else in a kernel.
   */
  private static boolean stayFinite(PostOps postOps) {
    if (postOps.list().size() > MOST_POST_OPS) {
      return false;
    }
    for (PostOp postOp : postOps.list()) {
      boolean stays =
          switch (postOp) {
            case Eltwise eltwise -> staysFinite(eltwise);
            case Binary binary -> isProductOfChannels(binary);
          };
      if (!stays) {
        return false;
      }
    }
    return true;
  }

  private static boolean staysFinite(Eltwise eltwise) {
    return Math.abs(eltwise.alpha()) <= LARGEST_PARAMETER
        && Math.abs(eltwise.beta()) <= LARGEST_PARAMETER
        && staysFinite(eltwise.function());
  }

  private static boolean staysFinite(Function function) {
    return switch (function) {
      case RELU, CLIP, HARD_SWISH, HARD_SIGMOID, LINEAR, ABS -> true;
      default -> false;
    };
  }

  private static boolean isProductOfChannels(Binary binary) {
    return binary.operation() == Operation.MUL && binary.operand().equals(Operand.perChannel());
  }

  /** Tells whether numbers of channels, given in a request, let products stay finite. */
  public static boolean areModerate(List<Tensor> operands) {
    for (Tensor operand : operands) {
      for (float value : operand.toFloatArray()) {
        if (!(Math.abs(value) <= LARGEST_PARAMETER)) {
          return false;
        }
      }
    }
    return true;
  }
}

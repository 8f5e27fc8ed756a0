package io.github.conv4j;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The element types of a convolution: what engines switch on, never one of them alone.
 *
 * <p>There are two kinds. <b>Floats</b>: src, weights, bias and dst are each f32, bf16 or f16;
 * elements are read exactly, products are summed in f32, bias and post-ops follow, and the f32
 * result is rounded to the type of dst, half to even. <b>Integers</b>: src is u8 or s8, weights are
 * s8, bias is s32 or f32, dst is of any type; {@link Quantization} says what they mean. An output
 * is computed in this order, and each step of f32 rounds half to even:
 *
 * <ol>
 *   <li>{@code acc}, the exact sum of {@code (src - zeroPoint) * weights}; padding with zeros adds
 *       nothing, as if it held the zero point; plus the bias if that is s32, whose scale is {@code
 *       srcScale * weightsScale}.
 *   <li>{@code x = f32(acc) * f32(srcScale * weightsScale)}, in f32.
 *   <li>{@code x = x + bias} in f32, if the bias is f32.
 *   <li>Each post-op in f32, as {@link PostOp#applyInFloat} defines it.
 *   <li>Into u8 and s8: {@code x / dstScale} in f32, rounded half to even to an integer, plus the
 *       zero point of dst, saturated; NaN becomes the zero point. Into s32: rounded half to even
 *       and saturated, NaN becomes 0. Into bf16 and f16: rounded half to even.
 * </ol>
 *
 * <p>Where dst is s32, the scales of src and weights are 1, and there are neither post-ops nor an
 * f32 bias, nothing is rounded: the output is {@code acc}, saturated. This is ONNX ConvInteger; u8
 * or s8 into u8 or s8 with an s32 bias is ONNX QLinearConv. Integer sums have no limit of 32 bits.
 * What {@link Requantization#FUSED} permits may move results of the steps behind the first.
 *
 * <p>As text: src, weights and dst, for example {@code u8:s8:f32}; a bias that is not s32 beside
 * integers, or not f32 beside floats, is a fourth, {@code u8:s8:u8:f32}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Text that cannot be
 * read is refused with {@link IllegalArgumentException}; types that do not go together are a
 * sentence of {@link #lack}.
 *
 * @param src what is read
 * @param weights what src is multiplied with
 * @param bias what is added; where there is none, what it would be by default
 * @param dst what is written
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QLinearConv.html">ONNX QLinearConv</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConvInteger.html">ONNX ConvInteger</a>
 * @see <a href="https://uxlfoundation.github.io/oneDNN/dev_guide_convolution.html#data-types">
 *     oneDNN convolution, data types</a>
 */
public record ConvolutionTypes(DataType src, DataType weights, DataType bias, DataType dst) {
  /** All tensors are f32. */
  public static final ConvolutionTypes F32 =
      new ConvolutionTypes(DataType.F32, DataType.F32, DataType.F32, DataType.F32);

  /** Checks that there is none missing. */
  public ConvolutionTypes {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(bias, "bias");
    Objects.requireNonNull(dst, "dst");
  }

  /** Returns types with the bias that is the default beside them. */
  public static ConvolutionTypes of(DataType src, DataType weights, DataType dst) {
    return new ConvolutionTypes(src, weights, defaultBias(src), dst);
  }

  /** Returns what weights are by default: s8 beside integers, else what src is. */
  public static DataType defaultWeights(DataType src) {
    return src.isInteger() ? DataType.S8 : src;
  }

  /** Returns what a bias is by default: s32 beside integers, else f32. */
  public static DataType defaultBias(DataType src) {
    return src.isInteger() ? DataType.S32 : DataType.F32;
  }

  /** Returns the same with another type of the bias. */
  public ConvolutionTypes withBias(DataType other) {
    return new ConvolutionTypes(src, weights, other, dst);
  }

  /** Returns what products are summed in: s32 for integers, else f32. */
  public DataType accumulation() {
    return src.isInteger() ? DataType.S32 : DataType.F32;
  }

  /** Tells whether all are f32. */
  public boolean isF32() {
    return src == DataType.F32
        && weights == DataType.F32
        && bias == DataType.F32
        && dst == DataType.F32;
  }

  /** Tells whether f32 is multiplied by f32: what a {@link FpmathMode} is about. */
  public boolean multipliesF32() {
    return src == DataType.F32 && weights == DataType.F32;
  }

  /** Tells whether src is of integers. */
  public boolean isQuantized() {
    return src.isInteger();
  }

  /** Tells whether the integer sums are the outputs, without rounding. */
  public boolean writesSums(Convolution convolution) {
    return dst == DataType.S32
        && convolution.quantization().hasUnitInputs()
        && convolution.postOps().isEmpty()
        && !(convolution.hasBias() && bias == DataType.F32);
  }

  /**
   * Returns a sentence about what does not go together in the types of a convolution, empty where
   * all does.
   */
  public Optional<String> lack(Convolution convolution) {
    Quantization quantization = convolution.quantization();
    return isQuantized()
        ? lackOfIntegers(convolution, quantization)
        : lackOfFloats(convolution, quantization);
  }

  private Optional<String> lackOfFloats(Convolution convolution, Quantization quantization) {
    if (weights.isInteger() || dst.isInteger() || (convolution.hasBias() && bias.isInteger())) {
      return Optional.of(
          "src %s goes with weights, bias and dst of f32, bf16 or f16 but the types are %s"
              .formatted(text(src), this));
    }
    return quantization.isNone()
        ? Optional.empty()
        : Optional.of(
            "only integers are quantized but src is %s and the quantization has %s"
                .formatted(text(src), quantization));
  }

  private Optional<String> lackOfIntegers(Convolution convolution, Quantization quantization) {
    if (src == DataType.S32) {
      return Optional.of("src may be u8 or s8 but is s32");
    }
    if (weights != DataType.S8) {
      return Optional.of(
          "src %s goes with weights of s8 but they are %s%s"
              .formatted(
                  text(src),
                  text(weights),
                  weights == DataType.U8 ? "; subtract 128, their zero point, from each" : ""));
    }
    if (convolution.hasBias() && bias != DataType.S32 && bias != DataType.F32) {
      return Optional.of(
          "src %s goes with a bias of s32 or f32 but it is %s".formatted(text(src), text(bias)));
    }
    if (!fits(quantization.srcZeroPoint(), src)) {
      return Optional.of(outside(SRC, quantization.srcZeroPoint(), src));
    }
    if (dst == DataType.U8 || dst == DataType.S8) {
      if (!fits(quantization.dstZeroPoint(), dst)) {
        return Optional.of(outside(DST, quantization.dstZeroPoint(), dst));
      }
    } else if (quantization.dstScale() != 1 || quantization.dstZeroPoint() != 0) {
      return Optional.of(
          "dst has a scale or a zero point only if it is u8 or s8 but it is %s"
              .formatted(text(dst)));
    }
    for (int i = 0; i < quantization.weightsScaleCount(); i++) {
      float product = quantization.srcScale() * quantization.weightsScale(i);
      if (!(product >= Float.MIN_NORMAL) || product == Float.POSITIVE_INFINITY) {
        return Optional.of(
            "the scales of src and weights multiply to %s: %s times %s"
                .formatted(product, quantization.srcScale(), quantization.weightsScale(i)));
      }
    }
    return Optional.empty();
  }

  private static final String SRC = "src";
  private static final String DST = "dst";

  private static boolean fits(int zeroPoint, DataType type) {
    return zeroPoint >= type.least() && zeroPoint <= type.most();
  }

  private static String outside(String name, int zeroPoint, DataType type) {
    return "the zero point of %s must be from %d to %d, what %s holds, but is %d"
        .formatted(name, type.least(), type.most(), text(type), zeroPoint);
  }

  private static String text(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads what {@link #toString} returns.
   *
   * @throws IllegalArgumentException if there are not three or four known types
   */
  public static ConvolutionTypes parse(String text) {
    List<DataType> types = new ArrayList<>();
    for (String word : text.strip().split(":", -1)) {
      types.add(type(word, text));
    }
    if (types.size() != 3 && types.size() != 4) {
      throw new IllegalArgumentException(
          "types are src:weights:dst or src:weights:dst:bias but got '%s'".formatted(text));
    }
    ConvolutionTypes three = of(types.get(0), types.get(1), types.get(2));
    return types.size() == 3 ? three : three.withBias(types.get(3));
  }

  private static DataType type(String word, String text) {
    for (DataType type : DataType.values()) {
      if (text(type).equalsIgnoreCase(word)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "types '%s': '%s' is none of f32, bf16, f16, s8, u8 and s32".formatted(text, word));
  }

  /** Returns for example {@code u8:s8:f32}. */
  @Override
  public String toString() {
    String three = "%s:%s:%s".formatted(text(src), text(weights), text(dst));
    return bias == defaultBias(src) ? three : three + ":" + text(bias);
  }
}

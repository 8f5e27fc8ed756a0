package io.github.conv4j.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the integers of a convolution mean: an element {@code q} of src or dst stands for {@code
 * scale * (q - zeroPoint)}, an element of the weights for {@code scale * q}, with one scale for all
 * weights or one an output channel.
 *
 * <p>{@link #none} has the scales 1 and the zero points 0: integers stand for themselves, as in
 * ONNX ConvInteger.
 *
 * <p>As text, scales are {@code src:0.5+wei:0.25,0.125+dst:2} and zero points {@code
 * src:128+dst:-3}, in the spirit of benchdnn's {@code --attr-scales} and {@code
 * --attr-zero-points}; what is left out is 1 or 0.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Scales that are not
 * positive and finite, an empty list of them, and text that cannot be read are refused with {@link
 * IllegalArgumentException}. Whether a zero point fits its type is told by {@link
 * io.github.conv4j.ConvolutionTypes}, whether the number of scales fits by the convolution.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QLinearConv.html">ONNX QLinearConv</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConvInteger.html">ONNX ConvInteger</a>
 */
public final class Quantization {
  private static final float[] ONE = {1};
  private static final Quantization NONE = new Quantization(1, 0, ONE, 1, 0);
  private static final String SRC = "src";
  private static final String WEIGHTS = "wei";
  private static final String DST = "dst";

  private final float srcScale;
  private final int srcZeroPoint;
  private final float[] weightsScales;
  private final float dstScale;
  private final int dstZeroPoint;

  private Quantization(
      float srcScale, int srcZeroPoint, float[] weightsScales, float dstScale, int dstZeroPoint) {
    this.srcScale = srcScale;
    this.srcZeroPoint = srcZeroPoint;
    this.weightsScales = weightsScales;
    this.dstScale = dstScale;
    this.dstZeroPoint = dstZeroPoint;
  }

  /** Returns the quantization in which integers stand for themselves. */
  public static Quantization none() {
    return NONE;
  }

  /** Returns the same with other parameters of src. */
  public Quantization withSrc(float scale, int zeroPoint) {
    requireScale(scale, SRC);
    return new Quantization(scale, zeroPoint, weightsScales, dstScale, dstZeroPoint);
  }

  /** Returns the same with other scales of the weights: one, or one an output channel. */
  public Quantization withWeights(float... scales) {
    Objects.requireNonNull(scales, "scales");
    if (scales.length == 0) {
      throw new IllegalArgumentException("weights need at least one scale but got none");
    }
    for (float scale : scales) {
      requireScale(scale, "weights");
    }
    return new Quantization(srcScale, srcZeroPoint, scales.clone(), dstScale, dstZeroPoint);
  }

  /** Returns the same with other parameters of dst. */
  public Quantization withDst(float scale, int zeroPoint) {
    requireScale(scale, DST);
    return new Quantization(srcScale, srcZeroPoint, weightsScales, scale, zeroPoint);
  }

  static void requireScale(float scale, String name) {
    if (!(scale > 0) || scale == Float.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "a scale of %s must be positive and finite but is %s".formatted(name, scale));
    }
  }

  /** Returns the scale of src. */
  public float srcScale() {
    return srcScale;
  }

  /** Returns the integer that stands for 0 in src, and so in its padding. */
  public int srcZeroPoint() {
    return srcZeroPoint;
  }

  /** Returns how many scales the weights have: 1, or one an output channel. */
  public int weightsScaleCount() {
    return weightsScales.length;
  }

  /** Returns the scale of the weights of an output channel. */
  public float weightsScale(int channel) {
    return weightsScales.length == 1 ? weightsScales[0] : weightsScales[channel];
  }

  /** Returns the scale of dst. */
  public float dstScale() {
    return dstScale;
  }

  /** Returns the integer that stands for 0 in dst. */
  public int dstZeroPoint() {
    return dstZeroPoint;
  }

  /** Tells whether all scales are 1 and all zero points 0. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** Tells whether the scales of src and weights are all 1. */
  public boolean hasUnitInputs() {
    return srcScale == 1 && Arrays.equals(weightsScales, ONE);
  }

  /** Returns the scales as text, for example {@code src:0.5+wei:0.25,0.125}; empty if all are 1. */
  public String scales() {
    String src = srcScale == 1 ? "" : SRC + ":" + srcScale;
    String weights =
        Arrays.equals(weightsScales, ONE)
            ? ""
            : IntStream.range(0, weightsScales.length)
                .mapToObj(i -> Float.toString(weightsScales[i]))
                .collect(Collectors.joining(",", WEIGHTS + ":", ""));
    String dst = dstScale == 1 ? "" : DST + ":" + dstScale;
    return joined(src, weights, dst);
  }

  /** Returns the zero points as text, for example {@code src:128+dst:-3}; empty if all are 0. */
  public String zeroPoints() {
    return joined(
        srcZeroPoint == 0 ? "" : SRC + ":" + srcZeroPoint,
        dstZeroPoint == 0 ? "" : DST + ":" + dstZeroPoint);
  }

  private static String joined(String... parts) {
    return Arrays.stream(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining("+"));
  }

  /**
   * Reads what {@link #scales} and {@link #zeroPoints} return.
   *
   * @throws IllegalArgumentException if a text is not well-formed; says where and why
   */
  public static Quantization parse(String scales, String zeroPoints) {
    var parser = new Parser();
    parser.readScales(scales);
    parser.readZeroPoints(zeroPoints);
    return parser.result();
  }

  /** Collects the numbers of a text. */
  private static final class Parser {
    private float srcScale = 1;
    private float dstScale = 1;
    private float[] weights = ONE;
    private int srcZeroPoint;
    private int dstZeroPoint;

    void readScales(String text) {
      for (String part : parts(text)) {
        String[] halves = halves(part, text);
        switch (halves[0]) {
          case SRC -> srcScale = number(halves[1], text);
          case DST -> dstScale = number(halves[1], text);
          case WEIGHTS -> {
            String[] each = halves[1].split(",", -1);
            weights = new float[each.length];
            for (int i = 0; i < each.length; i++) {
              weights[i] = number(each[i], text);
            }
          }
          default -> throw refusal(text, "expected src, wei or dst but got '" + halves[0] + "'");
        }
      }
    }

    void readZeroPoints(String text) {
      for (String part : parts(text)) {
        String[] halves = halves(part, text);
        switch (halves[0]) {
          case SRC -> srcZeroPoint = integer(halves[1], text);
          case DST -> dstZeroPoint = integer(halves[1], text);
          default ->
              throw refusal(
                  text, "expected src or dst (weights have none) but got '" + halves[0] + "'");
        }
      }
    }

    Quantization result() {
      return NONE.withSrc(srcScale, srcZeroPoint)
          .withWeights(weights)
          .withDst(dstScale, dstZeroPoint);
    }

    private static String[] parts(String text) {
      return text.isBlank()
          ? new String[0]
          : text.strip().toLowerCase(Locale.ROOT).split("\\+", -1);
    }

    private static String[] halves(String part, String text) {
      String[] halves = part.split(":", -1);
      if (halves.length != 2) {
        throw refusal(text, "expected name:numbers but got '" + part + "'");
      }
      return halves;
    }

    private static float number(String digits, String text) {
      try {
        return Float.parseFloat(digits);
      } catch (NumberFormatException e) {
        throw refusal(text, "'" + digits + "' is no number");
      }
    }

    private static int integer(String digits, String text) {
      try {
        return Integer.parseInt(digits);
      } catch (NumberFormatException e) {
        throw refusal(text, "'" + digits + "' is no integer of 32 bits");
      }
    }

    private static IllegalArgumentException refusal(String text, String reason) {
      return new IllegalArgumentException("quantization '%s': %s".formatted(text, reason));
    }
  }

  /**
   * Returns the quantized value: {@code value / scale} in f32, rounded half to even, plus the zero
   * point, saturated; NaN becomes the zero point.
   *
   * @param type of integers
   */
  public static int quantize(float value, float scale, int zeroPoint, DataType type) {
    long nearest = (long) Math.rint((double) (value / scale));
    long saturated =
        Math.clamp(nearest, (long) type.least() - zeroPoint, (long) type.most() - zeroPoint);
    return (int) (saturated + zeroPoint);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Quantization that
            && srcScale == that.srcScale
            && srcZeroPoint == that.srcZeroPoint
            && Arrays.equals(weightsScales, that.weightsScales)
            && dstScale == that.dstScale
            && dstZeroPoint == that.dstZeroPoint);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        srcScale, srcZeroPoint, Arrays.hashCode(weightsScales), dstScale, dstZeroPoint);
  }

  /** Returns for example {@code scales src:0.5+wei:0.25, zero points src:128}. */
  @Override
  public String toString() {
    return isNone() ? "none" : "scales %s, zero points %s".formatted(scales(), zeroPoints());
  }
}

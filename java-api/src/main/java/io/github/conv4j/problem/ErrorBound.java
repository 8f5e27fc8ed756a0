package io.github.conv4j.problem;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;

/**
 * How far a float result may be from the exact sum, whatever the order of summation: {@code
 * gamma(n) * sum of |products|} with {@code gamma(n) = n*u / (1 - n*u)} and {@code u = 2^-24}, plus
 * what underflow can lose.
 *
 * <p>It bounds the error by what is summed, not by the sum: where products cancel, the error may be
 * many times the result, on every engine and at every {@link io.github.conv4j.engine.Accuracy}.
 *
 * <p>Where src and weights of f32 may be rounded to bf16, {@link io.github.conv4j.FpmathMode}, each
 * product may be off by a share of {@code 2^-7 + 2^-16}: two roundings of {@code 2^-8}. CPUs that
 * multiply bf16 take products and sums below 2^-126 for 0, which then underflow loses.
 *
 * <p>There is no bound, it is infinite, from {@code n*u = 1} on: 2^24 accumulations.
 *
 * <p>Through post-ops an error is followed by {@link #after}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A negative number of
 * accumulations, and problems with an axis of more than 2^31 - 1 outputs, are refused with {@link
 * IllegalArgumentException}.
 *
 * @param accumulations additions and roundings that one output goes through at most; at least 0
 * @param ofProduct the share of a product by which it may be off before it is added; at least 0
 * @param underflow what may be lost of a number that is too small; at least 0
 * @see <a href="https://doi.org/10.1137/1.9780898718027">Higham: Accuracy and Stability of
 *     Numerical Algorithms, chapters 3 and 4</a>
 */
public record ErrorBound(long accumulations, double ofProduct, double underflow) {
  private static final double UNIT_ROUNDOFF = 0x1p-24;
  private static final double SMALLEST_SUBNORMAL = 0x1p-149;
  private static final double SMALLEST_NORMAL = 0x1p-126;

  /** Rounding to bf16. */
  private static final double BF16_ROUNDOFF = 0x1p-8;

  /** Checks that no number is negative. */
  public ErrorBound {
    Checks.notNegative(accumulations, "accumulations");
    if (!(ofProduct >= 0) || !(underflow >= 0)) {
      throw new IllegalArgumentException(
          "ofProduct and underflow must not be negative but are %s and %s"
              .formatted(ofProduct, underflow));
    }
  }

  /** The bound of exact products. */
  public ErrorBound(long accumulations) {
    this(accumulations, 0, SMALLEST_SUBNORMAL);
  }

  /** The bound of products of f32 numbers that a mode permits to round first. */
  public static ErrorBound of(long accumulations, FpmathMode mode) {
    return switch (mode) {
      case STRICT -> new ErrorBound(accumulations);
      case BF16 ->
          new ErrorBound(
              accumulations, 2 * BF16_ROUNDOFF + BF16_ROUNDOFF * BF16_ROUNDOFF, SMALLEST_NORMAL);
    };
  }

  /**
   * Returns the bound of a problem: its products, the bias, and the rounding of the reference.
   *
   * @throws IllegalArgumentException if an axis has more than 2^31 - 1 outputs
   */
  public static ErrorBound of(Problem problem) {
    long accumulations = (long) Math.min(Taps.most(problem), 0x1p62) + 2;
    ConvolutionTypes types = problem.types();
    if (types.multipliesF32()) {
      return of(accumulations, problem.convolution().fpmathMode());
    }
    boolean multipliesBf16 = types.src() == DataType.BF16 && types.weights() == DataType.BF16;
    return new ErrorBound(accumulations, 0, multipliesBf16 ? SMALLEST_NORMAL : SMALLEST_SUBNORMAL);
  }

  /**
   * Returns the largest permitted error where the products' magnitudes sum to {@code magnitude}.
   */
  public double at(double magnitude) {
    double share = accumulations * UNIT_ROUNDOFF;
    if (share >= 1) {
      return Double.POSITIVE_INFINITY;
    }
    double gamma = share / (1 - share);
    return (gamma * (1 + ofProduct) + ofProduct) * magnitude + accumulations * underflow;
  }

  /** What benchdnn permits a function of one number, absolute and as a share of the result. */
  private static final double ELTWISE_ABSOLUTE = 2e-5;

  private static final double ELTWISE_SHARE = 8e-6;

  /** What benchdnn permits an operation with an operand. */
  private static final double BINARY_ABSOLUTE = 4e-6;

  private static final double BINARY_SHARE = 1e-5;

  /** The steepest of the functions that are not monotone. */
  private static final double STEEPEST = 1.5;

  /** Intermediate results beyond may be infinite for who computes in float. */
  private static final double LARGEST = Float.MAX_VALUE * (1 - 0x1p-16);

  /**
   * Returns how far the result of a post-op may be off whose input may be.
   *
   * <p>Where the input is exact and a float holds what the post-op computes, the result must be
   * exact: {@code relu}, {@code clip}, {@code linear}, {@code abs}, {@code square} and all
   * operations with an operand on small integers. Otherwise it is what the post-op makes of the
   * input's error, and what benchdnn permits: 2e-5 or a share of 8e-6 a function, 4e-6 or a share
   * of 1e-5 an operation with an operand. Infinite where the result is beyond the range of floats,
   * or where the input may be outside of what the post-op is defined for.
   *
   * @param x the input as the definition computes it
   * @param operand the operand's element; ignored where there is none
   * @param error how far the input may be off
   */
  public static double after(PostOp postOp, double x, double operand, double error) {
    double y = postOp.apply(x, operand);
    if (error == 0 && (Double.isNaN(y) || isExact(postOp, x, y))) {
      return 0;
    }
    if (Math.abs(y) > LARGEST || error == Double.POSITIVE_INFINITY) {
      return Double.POSITIVE_INFINITY;
    }
    double above = Math.abs(postOp.apply(x + error, operand) - y);
    double below = Math.abs(postOp.apply(x - error, operand) - y);
    double permitted = Math.max(above, below);
    if (postOp instanceof Eltwise eltwise) {
      permitted =
          switch (eltwise.function()) {
            case ABS, GELU_ERF, GELU_TANH, SWISH, HARD_SWISH ->
                Math.max(permitted, STEEPEST * error);
            default -> permitted;
          };
      permitted += Math.max(ELTWISE_ABSOLUTE, ELTWISE_SHARE * Math.abs(y));
    } else {
      permitted += Math.max(BINARY_ABSOLUTE, BINARY_SHARE * Math.abs(y));
    }
    return Double.isNaN(permitted) ? Double.POSITIVE_INFINITY : permitted;
  }

  /** Returns how far rounding to a type of floats may move a number apart from one near by. */
  public static double ofRounding(DataType type, double value) {
    return switch (type) {
      case BF16 -> Math.abs(value) * 0x1p-7 + 0x1p-133;
      case F16 -> Math.abs(value) * 0x1p-10 + 0x1p-24;
      case F32, S8, U8, S32 -> 0;
    };
  }

  /** Of a sum: its bias, its float, its scale and its product with that, and what is added. */
  private static final double ROUNDINGS_OF_SCALED = 8 * UNIT_ROUNDOFF;

  /** From a float to steps of dst: the factor, a product, and the sum with the zero point. */
  private static final double ROUNDINGS_OF_STEPS = 3 * UNIT_ROUNDOFF;

  /**
   * Returns how far the scaled sum of integers may be off where {@link
   * io.github.conv4j.Requantization#FUSED} is permitted: sums are exact, and what comes behind them
   * is rounded at most eight times, whoever computes it in f32.
   *
   * @param x the sum with its bias, times the scales
   * @param bias what of it is the bias
   */
  public static double ofFusedRequantization(double x, double bias) {
    return ROUNDINGS_OF_SCALED * (Math.abs(x) + 2 * Math.abs(bias));
  }

  /**
   * Returns how far an integer of dst may be off which a number becomes: by nothing, but where the
   * number is about in the middle between two integers.
   *
   * @param x the number behind all post-ops
   * @param error how far that may be off
   * @param expected the integer that is expected
   * @param type of dst
   */
  public static double afterRequantization(
      double x, double error, double expected, Quantization quantization, DataType type) {
    if (!Double.isFinite(x) || !Double.isFinite(error)) {
      return error == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double steps = x / quantization.dstScale();
    int zero = quantization.dstZeroPoint();
    double off =
        error / quantization.dstScale()
            + ROUNDINGS_OF_STEPS * Math.abs(steps)
            + 2 * UNIT_ROUNDOFF * Math.abs(zero);
    double least = Math.clamp(Math.rint(steps - off) + zero, type.least(), type.most());
    double most = Math.clamp(Math.rint(steps + off) + zero, type.least(), type.most());
    return Math.max(Math.abs(most - expected), Math.abs(least - expected));
  }

  private static boolean isExact(PostOp postOp, double x, double y) {
    return switch (postOp) {
      case Binary _ -> isFloat(y);
      case Eltwise eltwise ->
          switch (eltwise.function()) {
            case RELU, CLIP, ABS, SQUARE -> isFloat(y);
            case LINEAR -> isFloat(y) && isFloat(eltwise.alpha() * x);
            default -> false;
          };
    };
  }

  private static boolean isFloat(double value) {
    return value == (float) value;
  }
}

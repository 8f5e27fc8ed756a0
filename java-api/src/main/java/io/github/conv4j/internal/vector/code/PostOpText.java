package io.github.conv4j.internal.vector.code;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Epilogue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes post-ops on vectors, in the order of their list, as {@link PostOp} defines them. Their
 * numbers are read where the kernel runs: see {@link Epilogue#forms}.
 */
final class PostOpText {
  private static final float LOG2_E = (float) (1 / Math.log(2));

  /** ln 2 in two parts, of which a whole number times the first is exact. */
  private static final float LN2_HIGH = 0x1.62e4p-1f;

  private static final float LN2_LOW = (float) (Math.log(2) - 0x1.62e4p-1);

  /** Added to a small number, its last bits hold the nearest whole number. */
  private static final float SHIFTER = 0x1.8p23f;

  /** Below it the power is a denormal number. */
  private static final float LEAST_EXPONENT = -87.3365f;

  /** The last whose power is finite: the power of two is 128 there, that of the rest below 1. */
  private static final float MOST_EXPONENT = 88.72283f;

  private static final float[] TAYLOR = {1 / 720f, 1 / 120f, 1 / 24f, 1 / 6f, 1 / 2f, 1, 1};

  private static final double ERROR_FUNCTION_SCALE = 0.3275911;

  private static final double[] ERROR_FUNCTION = {
    1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592
  };

  /** e to the power of its negative is as good as 0 beside 1, and far above denormal numbers. */
  private static final float MOST_OF_TAIL = 60;

  private final KernelCode code;
  private final List<PostOp> postOps;
  private final @Nullable Mask valid;
  private final @Nullable Floats[] given;
  private final @Nullable Floats[] channels;
  private final @Nullable Segment[] full;

  /** Numbers in all lanes, by their bits: every vector that is written costs the JIT compilers. */
  private final Map<Integer, VectorVariable> constants = new HashMap<>();

  /** Numbers of the description in all lanes. */
  private final Map<DescribedNumber, VectorVariable> described = new HashMap<>();

  private record DescribedNumber(int postOp, int index) {}

  /**
   * Begins a kernel, outside of its loops.
   *
   * @param postOps their forms
   * @param arguments an {@link io.github.conv4j.internal.vector.base.EpilogueArguments}
   * @param valid the lanes that count; null for all
   */
  PostOpText(KernelCode code, PostOps postOps, Fields arguments, @Nullable Mask valid) {
    this.code = code;
    this.postOps = postOps.list();
    this.valid = valid;
    this.given = new Floats[this.postOps.size()];
    this.channels = new Floats[this.postOps.size()];
    this.full = new Segment[this.postOps.size()];
    for (int i = 0; i < channels.length; i++) {
      PostOp postOp = this.postOps.get(i);
      if (Epilogue.takesNumbers(postOp)) {
        given[i] = code.local(arguments.floats("numbers", i));
      } else if (postOp instanceof Binary binary && binary.operand().extent() == Extent.FULL) {
        Segment operand = code.local(arguments.segment("full", i));
        code.askForOwner(operand);
        full[i] = operand;
      } else if (postOp instanceof Binary) {
        channels[i] = code.local(arguments.floats("channels", i));
      }
    }
  }

  /** Asks for the owners of operands as large as dst. */
  void askForOwners() {
    for (Segment operand : full) {
      if (operand != null) {
        code.askForOwner(operand);
      }
    }
  }

  /** Begins a text that what was written before may not come before. */
  void begin() {
    constants.clear();
    described.clear();
  }

  /** Whether this is nothing. */
  boolean isEmpty() {
    return postOps.isEmpty();
  }

  /** Whether this is a few instructions. */
  boolean isShort() {
    return Epilogue.isShort(postOps);
  }

  /**
   * Returns what becomes of outputs.
   *
   * @param to where they go in dst, in bytes
   * @param operand returns the vector of an operand that is not as large as dst
   */
  Vector apply(Vector outputs, Wide to, IntFunction<Vector> operand) {
    Vector result = outputs;
    for (int i = 0; i < postOps.size(); i++) {
      VectorVariable x = code.local(result);
      result =
          switch (postOps.get(i)) {
            case Eltwise eltwise -> apply(i, eltwise, x);
            case Binary binary ->
                apply(binary, x, code.local(operand(i, binary.operand(), to, operand)));
          };
    }
    return result;
  }

  private Vector operand(int i, Operand operand, Wide to, IntFunction<Vector> smaller) {
    if (operand.origin() == Origin.DESCRIPTION) {
      return described(i, 0);
    }
    Segment whole = full[i];
    if (whole == null) {
      return smaller.apply(i);
    }
    return valid == null ? whole.vector(to) : whole.vector(to, valid);
  }

  /** The operand of neighbouring output channels. */
  Vector channels(int postOp, Int first) {
    return isScalar(postOp) ? channel(postOp, first) : ofChannels(postOp).vector(first);
  }

  /** The operand of one output channel. */
  Vector channel(int postOp, Int channel) {
    return ofChannels(postOp).at(isScalar(postOp) ? code.constant(0) : channel).broadcast();
  }

  private boolean isScalar(int postOp) {
    return ((Binary) postOps.get(postOp)).operand().extent() == Extent.SCALAR;
  }

  private Floats ofChannels(int postOp) {
    return Objects.requireNonNull(channels[postOp]);
  }

  private Vector apply(Binary binary, Vector x, Vector y) {
    return switch (binary.operation()) {
      case ADD -> x.plus(y);
      case SUB -> x.minus(y);
      case MUL -> x.times(y);
      case DIV -> x.dividedBy(y);
      case MIN -> y.blend(x, x.isLess(y));
      case MAX -> y.blend(x, x.isGreater(y));
      case PRELU -> x.times(y).blend(x, x.isGreater(all(0)));
    };
  }

  private Vector apply(int postOp, Eltwise eltwise, VectorVariable x) {
    return switch (eltwise.function()) {
      case RELU ->
          (eltwise.alpha() == 0 ? all(0) : x.times(alpha(postOp))).blend(x, x.isGreater(all(0)));
      case ELU ->
          x.blend(power(1, bounded(x)).minus(all(1)).times(alpha(postOp)), x.isLess(all(0)));
      case SIGMOID -> sigmoid(x);
      case TANH -> tanhOfNumbers(x).blend(x, x.differs(x));
      case GELU_ERF -> x.times(normalDistribution(x));
      case GELU_TANH -> {
        VectorVariable square = code.local(x.times(x));
        Vector cubic = square.fma(all(0.044715f), all(1)).times(x);
        Vector inner = cubic.times(all((float) Math.sqrt(2 / Math.PI)));
        yield tanhOfNumbers(inner).plus(all(1)).times(all(0.5f)).times(x);
      }
      case SWISH ->
          eltwise.alpha() == 1
              ? x.times(sigmoidOfNumbers(x))
              : x.times(sigmoid(code.local(x.times(alpha(postOp)))));
      case HARD_SWISH -> nearUnit(x.fma(all(1 / 6f), all(0.5f))).times(x);
      case HARD_SIGMOID -> unit(x.fma(alpha(postOp), beta(postOp)));
      case CLIP -> {
        Vector low = alpha(postOp);
        Vector high = beta(postOp);
        VectorVariable least = code.local(low.blend(x, x.isGreater(low)));
        yield high.blend(least, least.isLess(high));
      }
      case LINEAR -> x.fma(alpha(postOp), beta(postOp));
      case ABS -> x.abs();
      case SQUARE -> x.times(x);
      case SQRT -> x.sqrt();
      case EXP -> exponential(x);
    };
  }

  private Vector alpha(int postOp) {
    return described(postOp, 0);
  }

  private Vector beta(int postOp) {
    return described(postOp, 1);
  }

  private Vector described(int postOp, int index) {
    return described.computeIfAbsent(
        new DescribedNumber(postOp, index),
        _ ->
            code.local(Objects.requireNonNull(given[postOp]).at(code.constant(index)).broadcast()));
  }

  private Vector all(float number) {
    return constants.computeIfAbsent(
        Float.floatToRawIntBits(number), _ -> code.local(code.constant(number).broadcast()));
  }

  /** {@code max(0, min(1, x))}. */
  private Vector unit(Vector value) {
    VectorVariable x = code.local(value);
    VectorVariable most = code.local(all(1).blend(x, x.isLess(all(1))));
    return all(0).blend(most, most.isGreater(all(0)));
  }

  /**
   * {@link #unit} in half the instructions, for what is multiplied by something that is no number
   * where x is none: then the result is any number from 0 to 1.
   */
  private Vector nearUnit(Vector x) {
    return x.maxOfBits(all(0)).minOfBits(all(1));
  }

  private Vector sigmoid(VectorVariable x) {
    return sigmoidOfNumbers(x).blend(x, x.differs(x));
  }

  /** What would be a denormal number is 0; any number from 0 to 1 where x is none. */
  private Vector sigmoidOfNumbers(VectorVariable x) {
    Vector least = all(LEAST_EXPONENT);
    VectorVariable y = code.local(x.minOfUnsignedBits(least).minOfBits(all(-LEAST_EXPONENT)));
    Vector sigmoid = all(1).dividedBy(power(-1, y).plus(all(1)));
    return sigmoid.blend(all(0), x.isLess(least));
  }

  /**
   * {@code 1 - 2 / (exp(2 x) + 1)}: exact at infinities, and off by some 1e-7 near 0; any number
   * from -1 to 1 where x is none.
   */
  private Vector tanhOfNumbers(Vector x) {
    VectorVariable exponent = code.local(x);
    Vector power = power(1, bounded(exponent.plus(exponent)));
    return all(1).minus(all(2).dividedBy(power.plus(all(1))));
  }

  /**
   * The share of the standard normal distribution below x, by 7.1.26 of Abramowitz and Stegun,
   * whose error is at most 1.5e-7.
   */
  private Vector normalDistribution(VectorVariable x) {
    VectorVariable scaled = code.local(x.abs().times(all((float) Math.sqrt(0.5))));
    VectorVariable t =
        code.local(all(1).dividedBy(scaled.fma(all((float) ERROR_FUNCTION_SCALE), all(1))));
    VectorVariable sum = code.local(all((float) ERROR_FUNCTION[0]));
    for (int i = 1; i < ERROR_FUNCTION.length; i++) {
      sum.set(sum.fma(t, all((float) ERROR_FUNCTION[i])));
    }
    VectorVariable square = code.local(scaled.times(scaled).minOfBits(all(MOST_OF_TAIL)));
    VectorVariable tail = code.local(sum.times(t).times(power(-1, square)).times(all(0.5f)));
    return tail.blend(all(1).minus(tail), x.isGreater(all(0)));
  }

  /** e to the power of x; what would be a denormal number is 0. */
  private Vector exponential(VectorVariable x) {
    VectorVariable power = code.local(power(1, bounded(x)));
    power.set(power.blend(all(Float.POSITIVE_INFINITY), x.isGreater(all(MOST_EXPONENT))));
    power.set(power.blend(all(0), x.isLess(all(LEAST_EXPONENT))));
    return power.blend(x, x.differs(x));
  }

  /** The number nearest to x that {@link #power} takes, or one of them where x is none. */
  private VectorVariable bounded(Vector x) {
    return code.local(x.minOfUnsignedBits(all(LEAST_EXPONENT)).minOfBits(all(MOST_EXPONENT)));
  }

  /**
   * e to the power of x, or of -x: {@code 2^n * e^r}, with r within half of ln 2 and a polynomial
   * for its power, at most three units in the last place off.
   *
   * @param sign 1 or -1
   * @param x within the bounds of exponents
   */
  private Vector power(int sign, VectorVariable x) {
    VectorVariable shifted = code.local(x.fma(all(sign * LOG2_E), all(SHIFTER)));
    VectorVariable n = code.local(shifted.minus(all(SHIFTER)));
    VectorVariable r = code.local(n.fma(all(-sign * LN2_HIGH), x));
    r.set(n.fma(all(-sign * LN2_LOW), r));
    VectorVariable square = code.local(r.times(r));
    VectorVariable power =
        code.local(square.fma(all(TAYLOR[0]), r.fma(all(sign * TAYLOR[1]), all(TAYLOR[2]))));
    for (int i = 3; i < TAYLOR.length; i += 2) {
      power.set(power.fma(square, r.fma(all(sign * TAYLOR[i]), all(TAYLOR[i + 1]))));
    }
    return power.timesPowerOfTwo(shifted);
  }
}

package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transcendental functions of vectors, a few units in the last place off. Infinities, zeros and
 * what is not a number come out as in {@link Math}, denormal numbers as what they are.
 *
 * <p>Constants are vectors of their own: to broadcast one where it is used takes the JIT compiler
 * so much that it stops inlining halfway through the longer functions. A coefficient is named after
 * its power.
 *
 * @see <a href="https://www.netlib.org/cephes/">Cephes, whose polynomials these are: expf, logf,
 *     tanhf</a>
 */
final class VectorMath {
  static final FloatVector ZERO = all(0);
  static final FloatVector HALF = all(0.5f);
  static final FloatVector ONE = all(1);
  static final FloatVector MINUS_ONE = all(-1);

  private static final FloatVector TWO = all(2);
  private static final FloatVector NOT_A_NUMBER = all(Float.NaN);
  private static final FloatVector INFINITE = all(Float.POSITIVE_INFINITY);
  private static final FloatVector MINUS_INFINITE = all(Float.NEGATIVE_INFINITY);
  private static final IntVector SIGN_BIT = all(-0f).reinterpretAsInts();

  private static final FloatVector LOG2_E = all((float) (1 / Math.log(2)));

  /** ln 2 in two parts, of which a whole number times the first is exact. */
  private static final FloatVector LN2_HIGH = all(0x1.62e4p-1f);

  private static final FloatVector LN2_LOW = all((float) (Math.log(2) - 0x1.62e4p-1));
  private static final FloatVector MINUS_LN2_HIGH = LN2_HIGH.neg();
  private static final FloatVector MINUS_LN2_LOW = LN2_LOW.neg();

  /** Added to a small number, its last bits hold the nearest whole number. */
  private static final FloatVector SHIFTER = all(0x1.8p23f);

  private static final IntVector SHIFTER_BITS = SHIFTER.reinterpretAsInts();

  /** Beyond these the exponential is 0 and infinite. */
  private static final FloatVector LEAST_EXPONENT = all(-104);

  private static final FloatVector MOST_EXPONENT = all(89);

  /** Just below it, where the power of two is -127, whose bits are those of 0. */
  private static final FloatVector LEAST_NORMAL_LOG = all(-88);

  private static final FloatVector EXP_7 = all(0.00019875691f);
  private static final FloatVector EXP_6 = all(0.0013981999f);
  private static final FloatVector EXP_5 = all(0.008333452f);
  private static final FloatVector EXP_4 = all(0.041665796f);
  private static final FloatVector EXP_3 = all(0.16666666f);
  private static final FloatVector EXP_2 = HALF;

  private static final int MANTISSA_BITS = Float.PRECISION - 1;
  private static final IntVector EXPONENT_BIAS = allInts(Float.MAX_EXPONENT);
  private static final IntVector LEAST_NORMAL_EXPONENT = allInts(Float.MIN_EXPONENT);
  private static final IntVector ROOT_HALF_BITS = all((float) Math.sqrt(0.5)).reinterpretAsInts();
  private static final FloatVector LEAST_NORMAL = all(Float.MIN_NORMAL);
  private static final FloatVector DENORMAL_SCALE = all(0x1p23f);
  private static final FloatVector DENORMAL_EXPONENT = all(MANTISSA_BITS);

  private static final FloatVector LOG_11 = all(0.070376836f);
  private static final FloatVector LOG_10 = all(-0.1151461f);
  private static final FloatVector LOG_9 = all(0.116769984f);
  private static final FloatVector LOG_8 = all(-0.12420141f);
  private static final FloatVector LOG_7 = all(0.14249323f);
  private static final FloatVector LOG_6 = all(-0.16668057f);
  private static final FloatVector LOG_5 = all(0.20000714f);
  private static final FloatVector LOG_4 = all(-0.24999994f);
  private static final FloatVector LOG_3 = all(0.3333333f);
  private static final FloatVector LOG_2 = all(-0.5f);

  private static final FloatVector TANH_NEAR = all(0.625f);
  private static final FloatVector TANH_11 = all(-0.0057049887f);
  private static final FloatVector TANH_9 = all(0.020639088f);
  private static final FloatVector TANH_7 = all(-0.053739715f);
  private static final FloatVector TANH_5 = all(0.13331442f);
  private static final FloatVector TANH_3 = all(-0.3333328f);

  /** From here on the error function is 1, as near as a float tells. */
  private static final FloatVector ERF_END = all(4);

  private static final FloatVector MINUS_ERF_END = all(-4);

  private static final FloatVector ERF_ABOVE_13 = all(-2.7261424e-10f);
  private static final FloatVector ERF_ABOVE_11 = all(2.7706815e-8f);
  private static final FloatVector ERF_ABOVE_9 = all(-2.101024e-6f);
  private static final FloatVector ERF_ABOVE_7 = all(-5.6925062e-5f);
  private static final FloatVector ERF_ABOVE_5 = all(-0.00073499064f);
  private static final FloatVector ERF_ABOVE_3 = all(-0.0029546f);
  private static final FloatVector ERF_ABOVE_1 = all(-0.016096033f);
  private static final FloatVector ERF_BELOW_8 = all(-1.45660715e-5f);
  private static final FloatVector ERF_BELOW_6 = all(-0.00021337405f);
  private static final FloatVector ERF_BELOW_4 = all(-0.001682827f);
  private static final FloatVector ERF_BELOW_2 = all(-0.0073733293f);
  private static final FloatVector ERF_BELOW_0 = all(-0.014264739f);

  private static final FloatVector ATANH_13 = all(2 / 13f);
  private static final FloatVector ATANH_11 = all(2 / 11f);
  private static final FloatVector ATANH_9 = all(2 / 9f);
  private static final FloatVector ATANH_7 = all(2 / 7f);
  private static final FloatVector ATANH_5 = all(2 / 5f);
  private static final FloatVector ATANH_3 = all(2 / 3f);

  /** From here on mish is x itself. */
  private static final FloatVector MISH_END = all(20);

  /** From here on all floats are whole numbers. */
  private static final FloatVector ALL_WHOLE = all(0x1p23f);

  private VectorMath() {}

  private static IntVector allInts(int number) {
    return IntVector.broadcast(
        VectorSpecies.of(int.class, VectorWidth.SPECIES.vectorShape()), number);
  }

  static FloatVector exp(FloatVector x) {
    FloatVector low = x.blend(LEAST_EXPONENT, x.compare(LT, LEAST_EXPONENT));
    FloatVector y = low.blend(MOST_EXPONENT, low.compare(GT, MOST_EXPONENT));
    FloatVector shifted = y.fma(LOG2_E, SHIFTER);
    FloatVector power = smallExpm1(reduced(y, shifted)).add(ONE);
    IntVector n = shifted.reinterpretAsInts().sub(SHIFTER_BITS);
    // In two steps, so that the result may be denormal or infinite.
    IntVector half = n.lanewise(ASHR, 1);
    return power.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
  }

  /** Returns {@code e^x} for an x of at most 0; what would be denormal is 0. */
  private static FloatVector negativeExp(FloatVector x) {
    FloatVector y = x.blend(LEAST_NORMAL_LOG, x.compare(LT, LEAST_NORMAL_LOG));
    FloatVector shifted = y.fma(LOG2_E, SHIFTER);
    FloatVector power = smallExpm1(reduced(y, shifted)).add(ONE);
    return power.mul(powerOfTwo(shifted.reinterpretAsInts().sub(SHIFTER_BITS)));
  }

  /** Returns {@code e^x - 1} for an x of at most 0. */
  static FloatVector negativeExpm1(FloatVector x) {
    FloatVector low = x.blend(LEAST_EXPONENT, x.compare(LT, LEAST_EXPONENT));
    FloatVector y = low.blend(ZERO, low.compare(GT, ZERO));
    FloatVector shifted = y.fma(LOG2_E, SHIFTER);
    FloatVector small = smallExpm1(reduced(y, shifted));
    // Smaller powers of two are lost beside the 1.
    IntVector n = shifted.reinterpretAsInts().sub(SHIFTER_BITS).max(LEAST_NORMAL_EXPONENT);
    FloatVector power = powerOfTwo(n);
    return small.fma(power, power.sub(ONE));
  }

  /** What is left of x when a whole number of ln 2 is taken off: at most half of ln 2. */
  private static FloatVector reduced(FloatVector x, FloatVector shifted) {
    FloatVector n = shifted.sub(SHIFTER);
    return n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
  }

  private static FloatVector smallExpm1(FloatVector r) {
    return EXP_7
        .fma(r, EXP_6)
        .fma(r, EXP_5)
        .fma(r, EXP_4)
        .fma(r, EXP_3)
        .fma(r, EXP_2)
        .fma(r.mul(r), r);
  }

  private static FloatVector powerOfTwo(IntVector exponent) {
    return exponent.add(EXPONENT_BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
  }

  static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(LT, LEAST_NORMAL);
    IntVector bits = x.blend(x.mul(DENORMAL_SCALE), tiny).reinterpretAsInts();
    IntVector exponent = bits.sub(ROOT_HALF_BITS).lanewise(ASHR, MANTISSA_BITS);
    FloatVector e = exponent.add(SHIFTER_BITS).reinterpretAsFloats().sub(SHIFTER);
    IntVector mantissa = bits.sub(exponent.lanewise(LSHL, MANTISSA_BITS));
    FloatVector result =
        logOf(mantissa.reinterpretAsFloats(), e.blend(e.sub(DENORMAL_EXPONENT), tiny));
    // What is not below infinity is infinite or no number.
    result = x.blend(result, x.compare(LT, INFINITE));
    result = result.blend(MINUS_INFINITE, x.compare(EQ, ZERO));
    return result.blend(NOT_A_NUMBER, x.compare(LT, ZERO));
  }

  /** Returns the logarithm of {@code mantissa * 2^exponent}, with a mantissa near 1. */
  private static FloatVector logOf(FloatVector mantissa, FloatVector exponent) {
    FloatVector f = mantissa.sub(ONE);
    FloatVector square = f.mul(f);
    FloatVector sum =
        LOG_11
            .fma(f, LOG_10)
            .fma(f, LOG_9)
            .fma(f, LOG_8)
            .fma(f, LOG_7)
            .fma(f, LOG_6)
            .fma(f, LOG_5)
            .fma(f, LOG_4)
            .fma(f, LOG_3)
            .mul(f)
            .mul(square);
    FloatVector low = square.fma(LOG_2, exponent.fma(LN2_LOW, sum));
    return exponent.fma(LN2_HIGH, low.add(f));
  }

  static FloatVector sigmoid(FloatVector x) {
    return ONE.div(exp(x.neg()).add(ONE));
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector near =
        TANH_11
            .fma(square, TANH_9)
            .fma(square, TANH_7)
            .fma(square, TANH_5)
            .fma(square, TANH_3)
            .mul(square)
            .fma(x, x);
    FloatVector far = ONE.sub(TWO.div(exp(x.add(x)).add(ONE)));
    return far.blend(near, x.abs().compare(LT, TANH_NEAR));
  }

  /** A quotient of polynomials, those of Eigen. */
  static FloatVector erf(FloatVector x) {
    FloatVector low = x.blend(MINUS_ERF_END, x.compare(LT, MINUS_ERF_END));
    FloatVector y = low.blend(ERF_END, low.compare(GT, ERF_END));
    FloatVector square = y.mul(y);
    FloatVector above =
        ERF_ABOVE_13
            .fma(square, ERF_ABOVE_11)
            .fma(square, ERF_ABOVE_9)
            .fma(square, ERF_ABOVE_7)
            .fma(square, ERF_ABOVE_5)
            .fma(square, ERF_ABOVE_3)
            .fma(square, ERF_ABOVE_1);
    FloatVector below =
        ERF_BELOW_8
            .fma(square, ERF_BELOW_6)
            .fma(square, ERF_BELOW_4)
            .fma(square, ERF_BELOW_2)
            .fma(square, ERF_BELOW_0);
    return y.mul(above.div(below));
  }

  /** Returns {@code log(1 + e^x) = max(x, 0) + log1p(e^-|x|)}. */
  static FloatVector softplus(FloatVector x) {
    FloatVector positive = x.blend(ZERO, x.compare(LT, ZERO));
    return positive.add(log1pUpTo1(negativeExp(x.abs().neg())));
  }

  /** Returns {@code log(1 + x) = 2 atanh(x / (x + 2))} for an x from 0 to 1. */
  private static FloatVector log1pUpTo1(FloatVector x) {
    FloatVector quotient = x.div(x.add(TWO));
    FloatVector square = quotient.mul(quotient);
    FloatVector sum =
        ATANH_13
            .fma(square, ATANH_11)
            .fma(square, ATANH_9)
            .fma(square, ATANH_7)
            .fma(square, ATANH_5)
            .fma(square, ATANH_3)
            .fma(square, TWO);
    return sum.mul(quotient);
  }

  /** {@code x tanh(log(1 + e^x)) = x p (p + 2) / (p (p + 2) + 2)} with {@code p = e^x}. */
  static FloatVector mish(FloatVector x) {
    FloatVector power = exp(x.blend(MISH_END, x.compare(GT, MISH_END)));
    FloatVector term = power.mul(power.add(TWO));
    return x.mul(term.div(term.add(TWO)));
  }

  static FloatVector round(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector whole = size.add(ALL_WHOLE).sub(ALL_WHOLE);
    return x.blend(withSignOf(whole, x), size.compare(LT, ALL_WHOLE));
  }

  static FloatVector floor(FloatVector x) {
    FloatVector whole = round(x);
    return whole.blend(whole.sub(ONE), whole.compare(GT, x));
  }

  static FloatVector ceil(FloatVector x) {
    FloatVector whole = round(x);
    FloatVector up = whole.blend(whole.add(ONE), whole.compare(LT, x));
    return withSignOf(up.abs(), x);
  }

  /** A number that is not negative, with the sign of another. */
  private static FloatVector withSignOf(FloatVector size, FloatVector x) {
    IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
    return size.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }
}

package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Transcendental functions of vectors, a few units in the last place off. Infinities, zeros and
 * what is not a number come out as in {@link Math}, denormal numbers as what they are.
 *
 * <p>Nothing here takes the bits of a float: as long as that is not compiled, the Vector API does
 * it through segments on the heap, and all loops of the JVM that are compiled later expect such
 * segments, whose stores are several times slower.
 *
 * <p>Constants are vectors of their own: to broadcast one where it is used takes the JIT compiler
 * so much that it stops inlining halfway through the longer functions. A coefficient is named after
 * its power.
 *
 * @see <a href="https://www.netlib.org/cephes/">Cephes, whose polynomials these are: expf,
 *     tanhf</a>
 */
final class VectorMath {
  static final FloatVector ZERO = all(0);
  static final FloatVector HALF = all(0.5f);
  static final FloatVector ONE = all(1);
  static final FloatVector MINUS_ONE = all(-1);

  private static final FloatVector TWO = all(2);
  private static final FloatVector MINUS_THIRD = all(-1 / 3f);

  private static final FloatVector EXP_7 = all(0.00019875691f);
  private static final FloatVector EXP_6 = all(0.0013981999f);
  private static final FloatVector EXP_5 = all(0.008333452f);
  private static final FloatVector EXP_4 = all(0.041665796f);
  private static final FloatVector EXP_3 = all(0.16666666f);
  private static final FloatVector EXP_2 = HALF;

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

  static FloatVector exp(FloatVector x) {
    return x.lanewise(VectorOperators.EXP);
  }

  /** Returns {@code e^x - 1} for an x of at most 0. */
  static FloatVector negativeExpm1(FloatVector x) {
    FloatVector y = x.blend(ZERO, x.compare(GT, ZERO));
    return exp(y).sub(ONE).blend(smallExpm1(y), y.compare(GT, MINUS_THIRD));
  }

  /** For an x within half of ln 2. */
  private static FloatVector smallExpm1(FloatVector r) {
    return EXP_7
        .fma(r, EXP_6)
        .fma(r, EXP_5)
        .fma(r, EXP_4)
        .fma(r, EXP_3)
        .fma(r, EXP_2)
        .fma(r.mul(r), r);
  }

  static FloatVector log(FloatVector x) {
    return x.lanewise(VectorOperators.LOG);
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
    return positive.add(log1pUpTo1(exp(x.abs().neg())));
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
    FloatVector whole = size.blend(size.neg(), x.compare(LT, ZERO));
    return whole.blend(x.mul(ZERO), size.compare(EQ, ZERO));
  }
}

package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Transcendental functions of vectors, a few units in the last place off. Infinities, zeros and
 * what is not a number come out as in {@link Math}, denormal numbers as what they are.
 *
 * @see <a href="https://www.netlib.org/cephes/">Cephes, whose polynomials these are: expf, logf,
 *     tanhf</a>
 */
final class VectorMath {
  private static final float LOG2_E = (float) (1 / Math.log(2));

  /** ln 2 in two parts, of which a whole number times the first is exact. */
  private static final float LN2_HIGH = 0x1.62e4p-1f;

  private static final float LN2_LOW = (float) (Math.log(2) - 0x1.62e4p-1);

  /** Added to a small number, its last bits hold the nearest whole number. */
  private static final float SHIFTER = 0x1.8p23f;

  private static final int SHIFTER_BITS = Float.floatToRawIntBits(SHIFTER);

  /** Beyond these the exponential is 0 and infinite. */
  private static final float LEAST_EXPONENT = -104;

  private static final float MOST_EXPONENT = 89;

  private static final int MANTISSA_BITS = Float.PRECISION - 1;
  private static final int EXPONENT_BIAS = Float.MAX_EXPONENT;

  /** The bits of the square root of one half. */
  private static final int ROOT_HALF_BITS = 0x3f3504f3;

  private static final float DENORMAL_SCALE = 0x1p23f;

  /** From here on all floats are whole numbers. */
  private static final float ALL_WHOLE = 0x1p23f;

  private static final int SIGN_BIT = Integer.MIN_VALUE;

  private VectorMath() {}

  static FloatVector exp(FloatVector x) {
    FloatVector low = x.blend(LEAST_EXPONENT, x.compare(LT, LEAST_EXPONENT));
    FloatVector y = low.blend(MOST_EXPONENT, low.compare(GT, MOST_EXPONENT));
    FloatVector shifted = y.fma(all(LOG2_E), all(SHIFTER));
    FloatVector power = smallExpm1(reduced(y, shifted)).add(1);
    IntVector n = shifted.reinterpretAsInts().sub(SHIFTER_BITS);
    // In two steps, so that the result may be denormal or infinite.
    IntVector half = n.lanewise(ASHR, 1);
    return power.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
  }

  /** Returns {@code e^x - 1} for an x of at most 0. */
  static FloatVector negativeExpm1(FloatVector x) {
    FloatVector y = x.blend(LEAST_EXPONENT, x.compare(LT, LEAST_EXPONENT));
    y = y.blend(0, y.compare(GT, 0));
    FloatVector shifted = y.fma(all(LOG2_E), all(SHIFTER));
    FloatVector small = smallExpm1(reduced(y, shifted));
    // Below -126 the power of two is lost beside the 1.
    IntVector n = shifted.reinterpretAsInts().sub(SHIFTER_BITS).max(1 - EXPONENT_BIAS);
    FloatVector power = powerOfTwo(n);
    return small.fma(power, power.sub(1));
  }

  /** What is left of x when a whole number of ln 2 is taken off: at most half of ln 2. */
  private static FloatVector reduced(FloatVector x, FloatVector shifted) {
    FloatVector n = shifted.sub(SHIFTER);
    return n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), x));
  }

  private static FloatVector smallExpm1(FloatVector r) {
    FloatVector sum = all(0.00019875691f);
    sum = sum.fma(r, all(0.0013981999f));
    sum = sum.fma(r, all(0.008333452f));
    sum = sum.fma(r, all(0.041665796f));
    sum = sum.fma(r, all(0.16666666f));
    sum = sum.fma(r, all(0.5f));
    return sum.fma(r.mul(r), r);
  }

  private static FloatVector powerOfTwo(IntVector exponent) {
    return exponent.add(EXPONENT_BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
  }

  static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
    IntVector bits = x.blend(x.mul(DENORMAL_SCALE), tiny).reinterpretAsInts();
    IntVector exponent = bits.sub(ROOT_HALF_BITS).lanewise(ASHR, MANTISSA_BITS);
    FloatVector f = bits.sub(exponent.lanewise(LSHL, MANTISSA_BITS)).reinterpretAsFloats().sub(1);
    FloatVector e = exponent.add(SHIFTER_BITS).reinterpretAsFloats().sub(SHIFTER);
    e = e.blend(e.sub(MANTISSA_BITS), tiny);
    FloatVector square = f.mul(f);
    FloatVector sum = all(0.070376836f);
    sum = sum.fma(f, all(-0.1151461f));
    sum = sum.fma(f, all(0.116769984f));
    sum = sum.fma(f, all(-0.12420141f));
    sum = sum.fma(f, all(0.14249323f));
    sum = sum.fma(f, all(-0.16668057f));
    sum = sum.fma(f, all(0.20000714f));
    sum = sum.fma(f, all(-0.24999994f));
    sum = sum.fma(f, all(0.3333333f));
    sum = sum.mul(f).mul(square);
    sum = e.fma(all(LN2_LOW), sum);
    sum = square.fma(all(-0.5f), sum).add(f);
    FloatVector result = e.fma(all(LN2_HIGH), sum);
    result = result.blend(x, x.compare(LT, Float.POSITIVE_INFINITY).not());
    result = result.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0));
    return result.blend(Float.NaN, x.compare(LT, 0));
  }

  static FloatVector sigmoid(FloatVector x) {
    return all(1).div(exp(x.neg()).add(1));
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector near = all(-0.0057049887f);
    near = near.fma(square, all(0.020639088f));
    near = near.fma(square, all(-0.053739715f));
    near = near.fma(square, all(0.13331442f));
    near = near.fma(square, all(-0.3333328f));
    near = near.mul(square).fma(x, x);
    FloatVector far = all(1).sub(all(2).div(exp(x.add(x)).add(1)));
    return far.blend(near, x.abs().compare(LT, 0.625f));
  }

  static FloatVector erf(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector square = x.mul(x);
    FloatVector near = polynomial(ErrorFunction.NEAR, square).fma(x, x);
    FloatVector exponent = polynomial(ErrorFunction.FAR, size).fma(size, size.neg());
    FloatVector far = withSignOf(all(1).sub(exp(exponent)), x);
    return far.blend(near, size.compare(LE, ErrorFunction.SMALL));
  }

  private static FloatVector polynomial(float[] coefficients, FloatVector x) {
    FloatVector sum = all(coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      sum = sum.fma(x, all(coefficients[i]));
    }
    return sum;
  }

  /** The logarithm of {@code 1 + e^x}: {@code max(x, 0) + log1p(e^-|x|)}. */
  static FloatVector softplus(FloatVector x) {
    FloatVector power = exp(x.abs().neg());
    FloatVector one = power.add(1);
    // What was lost of the power when 1 was added.
    FloatVector lost = power.sub(one.sub(1)).div(one);
    FloatVector positive = x.blend(0, x.compare(LT, 0));
    return positive.add(log(one).add(lost));
  }

  /** {@code tanh(log(1 + e^x)) = p (p + 2) / (p (p + 2) + 2)} with {@code p = e^x}. */
  static FloatVector mish(FloatVector x) {
    // From here on the quotient is 1.
    FloatVector power = exp(x.blend(20, x.compare(GT, 20)));
    FloatVector term = power.mul(power.add(2));
    return x.mul(term.div(term.add(2)));
  }

  static FloatVector round(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector whole = size.add(ALL_WHOLE).sub(ALL_WHOLE);
    return x.blend(withSignOf(whole, x), size.compare(LT, ALL_WHOLE));
  }

  static FloatVector floor(FloatVector x) {
    FloatVector whole = round(x);
    return whole.blend(whole.sub(1), whole.compare(GT, x));
  }

  static FloatVector ceil(FloatVector x) {
    FloatVector whole = round(x);
    FloatVector up = whole.blend(whole.add(1), whole.compare(LT, x));
    return withSignOf(up.abs(), x);
  }

  /** A number that is not negative, with the sign of another. */
  private static FloatVector withSignOf(FloatVector size, FloatVector x) {
    IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
    return size.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }
}

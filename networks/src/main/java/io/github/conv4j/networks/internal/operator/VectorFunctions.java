package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorMath.HALF;
import static io.github.conv4j.networks.internal.operator.VectorMath.MINUS_ONE;
import static io.github.conv4j.networks.internal.operator.VectorMath.ONE;
import static io.github.conv4j.networks.internal.operator.VectorMath.ZERO;
import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/** The functions on vectors; null where there is none. */
final class VectorFunctions {
  private static final FloatVector ROOT_HALF = all((float) Math.sqrt(0.5));
  private static final FloatVector SIXTH = all(1 / 6f);
  private static final FloatVector GELU_CUBIC = all(0.044715f);
  private static final FloatVector GELU_SCALE = all((float) (2 * Math.sqrt(2 / Math.PI)));

  private VectorFunctions() {}

  static @Nullable VectorUnary of(UnaryFunction function) {
    return switch (function) {
      case RELU -> VectorFunctions::relu;
      case ELU ->
          (x, alpha, _) -> VectorMath.negativeExpm1(x).mul(alpha).blend(x, x.compare(GT, ZERO));
      case SIGMOID -> (x, _, _) -> VectorMath.sigmoid(x);
      case TANH -> (x, _, _) -> VectorMath.tanh(x);
      case GELU_ERF -> (x, _, _) -> VectorMath.erf(x.mul(ROOT_HALF)).add(ONE).mul(HALF).mul(x);
      case GELU_TANH ->
          (x, _, _) -> {
            FloatVector cubic = x.mul(x).fma(GELU_CUBIC, ONE).mul(x);
            return x.mul(VectorMath.sigmoid(cubic.mul(GELU_SCALE)));
          };
      case SWISH -> (x, alpha, _) -> x.mul(VectorMath.sigmoid(x.mul(alpha)));
      case HARD_SWISH -> (x, _, _) -> unit(x.fma(SIXTH, HALF)).mul(x);
      case HARD_SIGMOID -> (x, alpha, beta) -> unit(x.fma(alpha, beta));
      case CLIP ->
          (x, alpha, beta) -> {
            FloatVector atLeast = alpha.blend(x, x.compare(GT, alpha));
            return beta.blend(atLeast, atLeast.compare(LT, beta));
          };
      case LINEAR -> (x, alpha, beta) -> x.fma(alpha, beta);
      case NORMALIZE -> (x, alpha, beta) -> x.sub(alpha).mul(beta);
      case ABS -> (x, _, _) -> x.abs();
      case NEGATE -> (x, _, _) -> x.neg();
      case SIGN ->
          (x, _, _) -> x.blend(ONE, x.compare(GT, ZERO)).blend(MINUS_ONE, x.compare(LT, ZERO));
      case SQUARE -> (x, _, _) -> x.mul(x);
      case CUBE -> (x, _, _) -> x.mul(x).mul(x);
      case SQRT -> (x, _, _) -> x.sqrt();
      case RECIPROCAL -> (x, _, _) -> ONE.div(x);
      case EXP -> (x, alpha, _) -> VectorMath.exp(x.sub(alpha));
      case LOG -> (x, _, _) -> VectorMath.log(x);
      case SOFTPLUS -> (x, _, _) -> VectorMath.softplus(x);
      case MISH -> (x, _, _) -> VectorMath.mish(x);
      case ERF -> (x, _, _) -> VectorMath.erf(x);
      case POW -> null;
      case FLOOR -> (x, _, _) -> VectorMath.floor(x);
      case CEIL -> (x, _, _) -> VectorMath.ceil(x);
      case ROUND -> (x, _, _) -> VectorMath.round(x);
    };
  }

  static @Nullable VectorBinary of(BinaryFunction function) {
    return switch (function) {
      case ADD -> FloatVector::add;
      case SUB -> FloatVector::sub;
      case SUB_REVERSED -> (a, b) -> b.sub(a);
      case MUL -> FloatVector::mul;
      case DIV -> FloatVector::div;
      case DIV_REVERSED -> (a, b) -> b.div(a);
      case MIN -> (a, b) -> b.blend(a, a.compare(LT, b));
      case MAX -> (a, b) -> b.blend(a, a.compare(GT, b));
      case MINIMUM -> FloatVector::min;
      case MAXIMUM -> FloatVector::max;
      case PRELU -> (a, b) -> a.mul(b).blend(a, a.compare(GT, ZERO));
      case POW -> null;
    };
  }

  private static FloatVector relu(FloatVector x, FloatVector slope, FloatVector unused) {
    // What is infinite, or no number, times a slope of 0 would be no number.
    return x.mul(slope).blend(ZERO, slope.compare(EQ, ZERO)).blend(x, x.compare(GT, ZERO));
  }

  /** {@code max(0, min(1, x))}. */
  private static FloatVector unit(FloatVector x) {
    FloatVector atMost = ONE.blend(x, x.compare(LT, ONE));
    return ZERO.blend(atMost, atMost.compare(GT, ZERO));
  }
}

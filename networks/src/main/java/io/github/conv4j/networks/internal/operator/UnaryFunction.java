package io.github.conv4j.networks.internal.operator;

/** Functions of one number; those that have none ignore alpha and beta. */
public enum UnaryFunction {
  /** {@code x > 0 ? x : alpha * x}; where alpha is 0, what is not above 0 becomes 0. */
  RELU(0.1),
  /** {@code x > 0 ? x : alpha * (exp(x) - 1)}. */
  ELU(0.7),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID(0.8),
  /** The hyperbolic tangent. */
  TANH(1),
  /** {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
  GELU_ERF(1),
  /** {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))}. */
  GELU_TANH(1),
  /** {@code x / (1 + exp(-alpha * x))}. */
  SWISH(0.8),
  /** {@code x * max(0, min(1, x / 6 + 1 / 2))}. */
  HARD_SWISH(0.15),
  /** {@code max(0, min(1, alpha * x + beta))}. */
  HARD_SIGMOID(0.15),
  /** {@code min(max(x, alpha), beta)}; what compares as false becomes the bound. */
  CLIP(0.1),
  /** {@code alpha * x + beta}. */
  LINEAR(0.1),
  /** {@code (x - alpha) * beta}. */
  NORMALIZE(0.1),
  /** The absolute value. */
  ABS(0.1),
  /** {@code -x}. */
  NEGATE(0.1),
  /** -1, 1, or x where that is a zero or not a number. */
  SIGN(0.1),
  /** {@code x * x}. */
  SQUARE(0.1),
  /** {@code x * x * x}. */
  CUBE(0.1),
  /** The square root. */
  SQRT(0.3),
  /** {@code 1 / x}. */
  RECIPROCAL(0.3),
  /** {@code e^(x - alpha)}. */
  EXP(0.6),
  /** The natural logarithm. */
  LOG(0.8),
  /** {@code log(1 + exp(x))}. */
  SOFTPLUS(1.5),
  /** {@code x * tanh(log(1 + exp(x)))}. */
  MISH(0.9),
  /** The error function. */
  ERF(1),
  /** {@code x^alpha}. */
  POW(30),
  /** The largest whole number that is not above x. */
  FLOOR(0.2),
  /** The smallest whole number that is not below x. */
  CEIL(0.2),
  /** The nearest whole number, of two the even one. */
  ROUND(0.2);

  private static final double ROOT_HALF = Math.sqrt(0.5);
  private static final double ROOT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

  private final double elementNanos;

  UnaryFunction(double elementNanos) {
    this.elementNanos = elementNanos;
  }

  /** Returns about how long one element takes where it is near. */
  double elementNanos() {
    return elementNanos;
  }

  /** Returns the value of the function. */
  double apply(double x, double alpha, double beta) {
    return switch (this) {
      case RELU -> x > 0 ? x : alpha == 0 ? 0 : alpha * x;
      case ELU -> x > 0 ? x : alpha * Math.expm1(x);
      case SIGMOID -> sigmoid(x);
      case TANH -> Math.tanh(x);
      case GELU_ERF -> x * 0.5 * (1 + ErrorFunction.of(x * ROOT_HALF));
      case GELU_TANH -> x * sigmoid(2 * ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x));
      case SWISH -> x * sigmoid(alpha * x);
      case HARD_SWISH -> x * unit(x / 6 + 0.5);
      case HARD_SIGMOID -> unit(alpha * x + beta);
      case CLIP -> {
        double atLeast = x > alpha ? x : alpha;
        yield atLeast < beta ? atLeast : beta;
      }
      case LINEAR -> alpha * x + beta;
      case NORMALIZE -> (x - alpha) * beta;
      case ABS -> Math.abs(x);
      case NEGATE -> -x;
      case SIGN -> Math.signum(x);
      case SQUARE -> x * x;
      case CUBE -> x * x * x;
      case SQRT -> Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case EXP -> Math.exp(x - alpha);
      case LOG -> Math.log(x);
      case SOFTPLUS -> softplus(x);
      case MISH -> x * Math.tanh(softplus(x));
      case ERF -> ErrorFunction.of(x);
      case POW -> Math.pow(x, alpha);
      case FLOOR -> Math.floor(x);
      case CEIL -> Math.ceil(x);
      case ROUND -> Math.rint(x);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double unit(double x) {
    double atMost = x < 1 ? x : 1;
    return atMost > 0 ? atMost : 0;
  }
}

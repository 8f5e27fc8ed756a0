package io.github.conv4j;

import io.github.conv4j.tensor.Shape;
import java.util.Objects;

/**
 * What is done to each output of a convolution before it is written: a function of the output
 * alone, or of the output and an operand. A {@link Convolution} carries a list of them, {@link
 * PostOps}; they are applied in order.
 *
 * <pre>{@code
 * Convolution.conv2d(64, 64).kernel(3).padding(1)
 *     .postOps(PostOp.add(PostOp.Operand.full().atEachRun()), PostOp.relu())
 * }</pre>
 *
 * <p>{@link #apply} is the definition. It is evaluated in double precision from the sum of the
 * convolution on, without a rounding in between; only what is written is rounded to the element
 * type. Engines that compute in float may be as far off as benchdnn permits, 2e-5 or a share of
 * 8e-6 a function, 4e-6 or a share of 1e-5 an operation with an operand; what floats hold exactly
 * is exact.
 *
 * <p><b>Special values.</b> What compares is defined by the comparison: {@code max(x, c)} is {@code
 * x > c ? x : c}, {@code min(x, c)} is {@code x < c ? x : c}, and {@link #relu}, {@link #clip} and
 * {@link #hardSigmoid} are made of these. So a NaN that meets a bound becomes the bound, {@code
 * relu(NaN)} is 0, and an operand that is NaN yields NaN: what processors compute, and oneDNN.
 * Everything else is IEEE arithmetic of the formula, in which a NaN stays one, and {@code -infinity
 * * 0} is NaN. The sign of a zero is not defined where an engine's arithmetic is not that of the
 * formula.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Numbers that are NaN,
 * and bounds in the wrong order, are refused with {@link IllegalArgumentException}.
 *
 * @see <a href="https://uxlfoundation.github.io/oneDNN/dev_guide_attributes_post_ops.html">oneDNN
 *     post-ops</a>
 */
public sealed interface PostOp {
  /**
   * Returns the result for one output: the definition of this post-op.
   *
   * @param x the output so far
   * @param operand the operand's element; ignored where there is none
   */
  double apply(double x, double operand);

  /**
   * Returns the result for one output in f32, as convolutions of integers define it: {@link #apply}
   * rounded half to even, but that linear, hard-swish and hard-sigmoid round after each operation:
   * {@code fl(fl(alpha * x) + beta)}, cut off to 0 and 1 where they do that, and {@code x} times
   * this for hard-swish, whose alpha is {@code 1f / 6}.
   *
   * @param x the output so far
   * @param operand the operand's element; ignored where there is none
   */
  default float applyInFloat(float x, float operand) {
    return (float) apply(x, operand);
  }

  /** Returns the text that {@link PostOps#parse} reads, for example {@code add:per_oc}. */
  @Override
  String toString();

  /** Returns {@code x > 0 ? x : 0}; ONNX Relu. */
  static PostOp relu() {
    return new Eltwise(Function.RELU, 0, 0);
  }

  /** Returns {@code x > 0 ? x : slope * x}; ONNX LeakyRelu. A slope of 0 is {@link #relu}. */
  static PostOp leakyRelu(float slope) {
    return new Eltwise(Function.RELU, slope + 0f, 0);
  }

  /**
   * Returns {@code x > 0 ? x : slopes[channel] * x}, with one slope a channel given in the request;
   * ONNX PRelu.
   */
  static PostOp prelu() {
    return new Binary(Operation.PRELU, Operand.perChannel());
  }

  /** Returns {@code x > 0 ? x : alpha * (exp(x) - 1)}; ONNX Elu, there with alpha 1 by default. */
  static PostOp elu(float alpha) {
    return new Eltwise(Function.ELU, alpha, 0);
  }

  /** Returns {@code 1 / (1 + exp(-x))}; ONNX Sigmoid, oneDNN logistic. */
  static PostOp sigmoid() {
    return new Eltwise(Function.SIGMOID, 0, 0);
  }

  /** Returns the hyperbolic tangent; ONNX Tanh. */
  static PostOp tanh() {
    return new Eltwise(Function.TANH, 0, 0);
  }

  /** Returns {@code x / 2 * (1 + erf(x / sqrt(2)))}; ONNX Gelu. */
  static PostOp geluErf() {
    return new Eltwise(Function.GELU_ERF, 0, 0);
  }

  /**
   * Returns {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))}; ONNX Gelu with
   * approximate "tanh".
   */
  static PostOp geluTanh() {
    return new Eltwise(Function.GELU_TANH, 0, 0);
  }

  /** Returns {@code x * sigmoid(x)}, also called SiLU. */
  static PostOp swish() {
    return swish(1);
  }

  /** Returns {@code x * sigmoid(alpha * x)}; ONNX Swish. */
  static PostOp swish(float alpha) {
    return new Eltwise(Function.SWISH, alpha, 0);
  }

  /** Returns {@code x * max(0, min(1, x / 6 + 1 / 2))}; ONNX HardSwish. */
  static PostOp hardSwish() {
    return new Eltwise(Function.HARD_SWISH, 0, 0);
  }

  /**
   * Returns {@code max(0, min(1, alpha * x + beta))}; ONNX HardSigmoid, there with 0.2 and 0.5 by
   * default.
   */
  static PostOp hardSigmoid(float alpha, float beta) {
    return new Eltwise(Function.HARD_SIGMOID, alpha, beta);
  }

  /**
   * Returns {@code min(max(x, low), high)}; ONNX Clip. Either may be infinite.
   *
   * @throws IllegalArgumentException if {@code low} is above {@code high}
   */
  static PostOp clip(float low, float high) {
    return new Eltwise(Function.CLIP, low, high);
  }

  /** Returns {@code alpha * x + beta}. */
  static PostOp linear(float alpha, float beta) {
    return new Eltwise(Function.LINEAR, alpha, beta);
  }

  /** Returns the absolute value; ONNX Abs. */
  static PostOp abs() {
    return new Eltwise(Function.ABS, 0, 0);
  }

  /** Returns {@code x * x}. */
  static PostOp square() {
    return new Eltwise(Function.SQUARE, 0, 0);
  }

  /** Returns the square root, NaN for what is negative; ONNX Sqrt. */
  static PostOp sqrt() {
    return new Eltwise(Function.SQRT, 0, 0);
  }

  /** Returns e to the power of x; ONNX Exp. */
  static PostOp exp() {
    return new Eltwise(Function.EXP, 0, 0);
  }

  /** Returns {@code x + operand}; ONNX Add. */
  static PostOp add(Operand operand) {
    return new Binary(Operation.ADD, operand);
  }

  /** Returns {@code x - operand}; ONNX Sub. */
  static PostOp sub(Operand operand) {
    return new Binary(Operation.SUB, operand);
  }

  /** Returns {@code x * operand}; ONNX Mul. */
  static PostOp mul(Operand operand) {
    return new Binary(Operation.MUL, operand);
  }

  /** Returns {@code x / operand}; ONNX Div. */
  static PostOp div(Operand operand) {
    return new Binary(Operation.DIV, operand);
  }

  /** Returns {@code x < operand ? x : operand}; ONNX Min. */
  static PostOp min(Operand operand) {
    return new Binary(Operation.MIN, operand);
  }

  /** Returns {@code x > operand ? x : operand}; ONNX Max. */
  static PostOp max(Operand operand) {
    return new Binary(Operation.MAX, operand);
  }

  /**
   * The functions of one number; alpha and beta are 0 where a function has none.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@code valueOf}
   * refuses an unknown name with {@link IllegalArgumentException}.
   */
  enum Function {
    /** See {@link PostOp#relu} and {@link PostOp#leakyRelu}; alpha is the slope. */
    RELU,
    /** See {@link PostOp#elu}. */
    ELU,
    /** See {@link PostOp#sigmoid}. */
    SIGMOID,
    /** See {@link PostOp#tanh}. */
    TANH,
    /** See {@link PostOp#geluErf}. */
    GELU_ERF,
    /** See {@link PostOp#geluTanh}. */
    GELU_TANH,
    /** See {@link PostOp#swish(float)}. */
    SWISH,
    /** See {@link PostOp#hardSwish}. */
    HARD_SWISH,
    /** See {@link PostOp#hardSigmoid}. */
    HARD_SIGMOID,
    /** See {@link PostOp#clip}; alpha is the lower bound, beta the upper one. */
    CLIP,
    /** See {@link PostOp#linear}. */
    LINEAR,
    /** See {@link PostOp#abs}. */
    ABS,
    /** See {@link PostOp#square}. */
    SQUARE,
    /** See {@link PostOp#sqrt}. */
    SQRT,
    /** See {@link PostOp#exp}. */
    EXP
  }

  /**
   * The functions of an output and an operand.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@code valueOf}
   * refuses an unknown name with {@link IllegalArgumentException}.
   */
  enum Operation {
    /** See {@link PostOp#add}. */
    ADD,
    /** See {@link PostOp#sub}. */
    SUB,
    /** See {@link PostOp#mul}. */
    MUL,
    /** See {@link PostOp#div}. */
    DIV,
    /** See {@link PostOp#min}. */
    MIN,
    /** See {@link PostOp#max}. */
    MAX,
    /** See {@link PostOp#prelu}. */
    PRELU
  }

  /**
   * How many elements an operand has.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@code valueOf}
   * refuses an unknown name with {@link IllegalArgumentException}.
   */
  enum Extent {
    /** One for all outputs. */
    SCALAR,
    /** One an output channel. */
    PER_CHANNEL,
    /** One an output: as large as dst. */
    FULL
  }

  /**
   * Where the elements of an operand come from.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@code valueOf}
   * refuses an unknown name with {@link IllegalArgumentException}.
   */
  enum Origin {
    /** From the description: a scalar. */
    DESCRIPTION,
    /** From a tensor of the request, like weights and bias: the same in every run. */
    REQUEST,
    /** From a tensor of the call: another one in each run. */
    RUN
  }

  /**
   * The second number of a {@link Binary}, described.
   *
   * <p><b>Memory.</b> Plain objects; elements are given with the request or the call.
   * <b>Threads.</b> Immutable. <b>Errors.</b> An extent, an origin and a value that do not go
   * together, and a scalar that is NaN, are refused with {@link IllegalArgumentException}.
   *
   * @param extent how many elements there are
   * @param origin where they come from
   * @param value the scalar of the description, else 0
   */
  record Operand(Extent extent, Origin origin, float value) {
    /** Checks that these go together. */
    public Operand {
      Objects.requireNonNull(extent, "extent");
      Objects.requireNonNull(origin, "origin");
      if (Float.isNaN(value)) {
        throw new IllegalArgumentException("a scalar operand must be a number but is NaN");
      }
      if (origin != Origin.DESCRIPTION && value != 0) {
        throw new IllegalArgumentException(
            "only a scalar of the description has a value but %s %s has %s"
                .formatted(extent, origin, value));
      }
      if (origin == Origin.DESCRIPTION && extent != Extent.SCALAR) {
        throw new IllegalArgumentException(
            "the description holds scalars only but the operand is " + extent);
      }
      if (origin == Origin.REQUEST && extent == Extent.SCALAR) {
        throw new IllegalArgumentException("a scalar is given in the description or at each run");
      }
    }

    /** Describes one number for all outputs. */
    public static Operand scalar(float value) {
      return new Operand(Extent.SCALAR, Origin.DESCRIPTION, value);
    }

    /** Describes one number for all outputs that is given at each run. */
    public static Operand scalarAtEachRun() {
      return new Operand(Extent.SCALAR, Origin.RUN, 0);
    }

    /** Describes one number an output channel, given in the request. */
    public static Operand perChannel() {
      return new Operand(Extent.PER_CHANNEL, Origin.REQUEST, 0);
    }

    /** Describes one number an output, given in the request. */
    public static Operand full() {
      return new Operand(Extent.FULL, Origin.REQUEST, 0);
    }

    /**
     * Returns the same operand, given at each run.
     *
     * @throws IllegalArgumentException if the value is in the description
     */
    public Operand atEachRun() {
      if (origin == Origin.DESCRIPTION) {
        throw new IllegalArgumentException(
            "the scalar %s is in the description; see scalarAtEachRun".formatted(value));
      }
      return new Operand(extent, Origin.RUN, 0);
    }

    /** Returns the shape of the operand's tensor: {@code [1]}, {@code [oc]}, or that of dst. */
    public Shape shape(Shape dst) {
      return switch (extent) {
        case SCALAR -> Shape.of(1);
        case PER_CHANNEL -> Shape.of(dst.dim(1));
        case FULL -> dst;
      };
    }

    /** Returns for example {@code per_oc}, {@code per_tensor:run} or {@code 2.5}. */
    @Override
    public String toString() {
      String run = origin == Origin.RUN ? ":" + PostOps.RUN : "";
      return switch (extent) {
        case SCALAR -> origin == Origin.RUN ? PostOps.COMMON + run : PostOps.text(value);
        case PER_CHANNEL -> PostOps.PER_CHANNEL + run;
        case FULL -> PostOps.FULL + run;
      };
    }
  }

  /**
   * A function of one number.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Numbers that the
   * function does not take are refused with {@link IllegalArgumentException}.
   *
   * @param function which one
   * @param alpha its first number, 0 if it has none
   * @param beta its second number, 0 if it has none
   */
  record Eltwise(Function function, float alpha, float beta) implements PostOp {
    /** Checks the numbers. */
    public Eltwise {
      Objects.requireNonNull(function, "function");
      if (Float.isNaN(alpha) || Float.isNaN(beta)) {
        throw new IllegalArgumentException(
            "%s takes numbers but got %s and %s".formatted(function, alpha, beta));
      }
      if (function == Function.CLIP && alpha > beta) {
        throw new IllegalArgumentException(
            "clip takes the lower bound first but got %s and %s".formatted(alpha, beta));
      }
      int count = PostOps.numberCount(function);
      if ((count < 2 && beta != 0) || (count < 1 && alpha != 0)) {
        throw new IllegalArgumentException(
            "%s takes %d numbers but got %s and %s".formatted(function, count, alpha, beta));
      }
    }

    @Override
    public double apply(double x, double operand) {
      return switch (function) {
        case RELU -> x > 0 ? x : alpha == 0 ? 0 : alpha * x;
        case ELU -> x > 0 ? x : alpha * Math.expm1(x);
        case SIGMOID -> sigmoid(x);
        case TANH -> Math.tanh(x);
        case GELU_ERF -> x * 0.5 * ErrorFunction.complement(-x * Math.sqrt(0.5));
        case GELU_TANH ->
            x * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        case SWISH -> x * sigmoid(alpha * x);
        case HARD_SWISH -> x * unit(x / 6 + 0.5);
        case HARD_SIGMOID -> unit(alpha * x + beta);
        case CLIP -> {
          double atLeast = x > alpha ? x : alpha;
          yield atLeast < beta ? atLeast : beta;
        }
        case LINEAR -> alpha * x + beta;
        case ABS -> Math.abs(x);
        case SQUARE -> x * x;
        case SQRT -> Math.sqrt(x);
        case EXP -> Math.exp(x);
      };
    }

    @Override
    public float applyInFloat(float x, float operand) {
      return switch (function) {
        case HARD_SWISH -> x * unit(x * (1f / 6) + 0.5f);
        case HARD_SIGMOID -> unit(alpha * x + beta);
        case LINEAR -> alpha * x + beta;
        default -> (float) apply(x, operand);
      };
    }

    private static float unit(float x) {
      float atMost = x < 1 ? x : 1;
      return atMost > 0 ? atMost : 0;
    }

    private static double sigmoid(double x) {
      return 1 / (1 + Math.exp(-x));
    }

    private static double unit(double x) {
      double atMost = x < 1 ? x : 1;
      return atMost > 0 ? atMost : 0;
    }

    @Override
    public String toString() {
      return PostOps.text(this);
    }
  }

  /**
   * A function of an output and an operand.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> An operand that the
   * function does not take is refused with {@link IllegalArgumentException}.
   *
   * @param operation which one
   * @param operand the second number
   */
  record Binary(Operation operation, Operand operand) implements PostOp {
    /** Checks that slopes are given a channel. */
    public Binary {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(operand, "operand");
      if (operation == Operation.PRELU && operand.extent() != Extent.PER_CHANNEL) {
        throw new IllegalArgumentException(
            "prelu takes one slope a channel but the operand is " + operand.extent());
      }
    }

    @Override
    public double apply(double x, double second) {
      return switch (operation) {
        case ADD -> x + second;
        case SUB -> x - second;
        case MUL -> x * second;
        case DIV -> x / second;
        case MIN -> x < second ? x : second;
        case MAX -> x > second ? x : second;
        case PRELU -> x > 0 ? x : second * x;
      };
    }

    @Override
    public String toString() {
      return PostOps.text(this);
    }
  }
}

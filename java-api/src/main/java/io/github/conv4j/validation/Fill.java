package io.github.conv4j.validation;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.PostOp;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.problem.Taps;
import io.github.conv4j.tensor.Bfloat16;
import io.github.conv4j.tensor.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The values of one validation run.
 *
 * @param src in row-major order
 * @param weights in row-major order
 * @param bias one number an output channel; empty where there is none
 * @param operands of the post-ops that take a tensor, in their order, in row-major order
 */
record Fill(float[] src, float[] weights, float[] bias, List<float[]> operands) {
  private static final int MOST_SRC = 32;
  private static final int MOST_WEIGHTS = 32;
  private static final int MOST_BIAS = 8;

  /** Smaller where post-ops may multiply, so that results stay among the exact integers. */
  private static final int MOST_SRC_BEFORE_POST_OPS = 4;

  private static final int MOST_WEIGHTS_BEFORE_POST_OPS = 2;
  private static final double EXACT_INTEGERS = 1 << 24;

  /** Sums beyond are infinite in f16. */
  private static final double INTEGERS_OF_F16 = 1 << 15;

  private static final int MOST_S32_BIAS = 1 << 20;

  /** Two products of bytes with weights up to this one fit into 16 bits. */
  private static final int MOST_OF_PAIRS = 64;

  /**
   * Small integers, so that every product and every sum is exact in f32 and the order of summation
   * cannot matter; smaller ones, as benchdnn's, in bf16 and f16. Element 0 of each tensor is
   * positive. The source is made sparse where a window holds so many taps that sums could leave the
   * 24 bits of a float. What is quantized has all that its types hold, or in every fourth run as
   * little as benchdnn's; any sum of those is exact. Every fourth run has weights of 7 bits, of
   * which two products of bytes fit into 16 bits.
   */
  static Fill integers(Problem problem, long seed) {
    if (problem.types().isQuantized()) {
      return quantized(problem, seed);
    }
    var random = random(problem, seed);
    Convolution c = problem.convolution();
    ConvolutionTypes types = problem.types();
    boolean plain = c.postOps().isEmpty();
    int mostSrc = plain && types.src() == DataType.F32 ? MOST_SRC : MOST_SRC_BEFORE_POST_OPS;
    int mostWeights = plain ? mostWeights(types.weights()) : MOST_WEIGHTS_BEFORE_POST_OPS;
    double integers = types.dst() == DataType.F16 ? INTEGERS_OF_F16 : EXACT_INTEGERS;
    double exactProducts = integers / (mostSrc * mostWeights);
    double density = Math.min(1, exactProducts / Taps.most(problem));
    return new Fill(
        integers(problem.src().elementCount(), mostSrc, density, random),
        integers(c.weightsShape().elementCount(), mostWeights, 1, random),
        c.hasBias() ? integers(c.outChannels(), MOST_BIAS, 1, random) : new float[0],
        operands(problem, random, true));
  }

  private static int mostWeights(DataType type) {
    return switch (type) {
      case F32 -> MOST_WEIGHTS;
      case F16 -> 2;
      case BF16, S8, U8, S32 -> 4;
    };
  }

  private static Fill quantized(Problem problem, long seed) {
    var random = random(problem, seed);
    Convolution c = problem.convolution();
    DataType type = problem.types().src();
    int kind = random.nextInt(4);
    boolean small = kind == 0;
    int least = small ? type == DataType.U8 ? 0 : -4 : type.least();
    int most = small ? type == DataType.U8 ? 8 : 4 : type.most();
    float[] src = between(problem.src().elementCount(), least, most, random);
    int leastWeight = small ? -4 : kind == 1 ? -MOST_OF_PAIRS : -128;
    int mostWeight = small ? 4 : kind == 1 ? MOST_OF_PAIRS : 127;
    float[] weights = between(c.weightsShape().elementCount(), leastWeight, mostWeight, random);
    int mostBias = small ? MOST_BIAS : MOST_S32_BIAS;
    float[] bias =
        c.hasBias() ? between(c.outChannels(), -mostBias, mostBias, random) : new float[0];
    if (problem.types().bias() == DataType.F32) {
      for (int i = 0; i < bias.length; i++) {
        bias[i] /= 1 << 16;
      }
    }
    return new Fill(src, weights, bias, operands(problem, random, false));
  }

  private static float[] between(long count, int least, int most, SplittableRandom random) {
    float[] values = new float[arrayLength(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(least, most + 1);
    }
    return values;
  }

  /** Never 0 where it divides; slopes are quarters, so that integers times them stay exact. */
  private static List<float[]> operands(
      Problem problem, SplittableRandom random, boolean integers) {
    List<float[]> operands = new ArrayList<>();
    for (PostOp postOp : problem.convolution().postOps().list()) {
      if (!(postOp instanceof PostOp.Binary binary)
          || binary.operand().origin() == PostOp.Origin.DESCRIPTION) {
        continue;
      }
      float[] values = new float[arrayLength(binary.operand().shape(problem.dst()).elementCount())];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            integers ? integer(binary.operation(), random) : number(binary.operation(), random);
      }
      operands.add(values);
    }
    return operands;
  }

  private static float integer(PostOp.Operation operation, SplittableRandom random) {
    return switch (operation) {
      case ADD, SUB -> random.nextInt(-MOST_BIAS, MOST_BIAS + 1);
      case MUL -> random.nextInt(-2, 3);
      case DIV -> (random.nextBoolean() ? 1 : -1) * (1 << random.nextInt(3));
      case MIN, MAX -> random.nextInt(-MOST_SRC, MOST_SRC + 1);
      case PRELU -> random.nextInt(-2, 5) / 4f;
    };
  }

  private static float number(PostOp.Operation operation, SplittableRandom random) {
    return switch (operation) {
      case DIV -> (random.nextBoolean() ? 1 : -1) * (float) random.nextDouble(0.5, 2);
      case PRELU -> (float) random.nextDouble(-0.5, 1);
      default -> (float) random.nextDouble(-1, 1);
    };
  }

  /** Random floats from -1 to 1, of the problem's types. */
  static Fill floats(Problem problem, long seed) {
    var random = random(problem, seed);
    Convolution c = problem.convolution();
    ConvolutionTypes types = problem.types();
    return new Fill(
        rounded(types.src(), floats(problem.src().elementCount(), random)),
        rounded(types.weights(), floats(c.weightsShape().elementCount(), random)),
        c.hasBias() ? rounded(types.bias(), floats(c.outChannels(), random)) : new float[0],
        operands(problem, random, false));
  }

  private static float[] rounded(DataType type, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case BF16 -> Bfloat16.toFloat(Bfloat16.fromFloat(values[i]));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(values[i]));
            case F32, S8, U8, S32 -> values[i];
          };
    }
    return values;
  }

  /** Returns the same values without their signs: what an {@link ErrorBound} scales with. */
  Fill magnitudes() {
    return new Fill(magnitudes(src), magnitudes(weights), magnitudes(bias), operands);
  }

  private static SplittableRandom random(Problem problem, long seed) {
    return new SplittableRandom(seed * 31 + problem.line().hashCode());
  }

  private static float[] integers(long count, int most, double density, SplittableRandom random) {
    float[] values = new float[arrayLength(count)];
    for (int i = 0; i < values.length; i++) {
      if (density >= 1 || random.nextDouble() < density) {
        values[i] = random.nextInt(-most, most + 1);
      }
    }
    values[0] = random.nextInt(1, most + 1);
    return values;
  }

  private static float[] floats(long count, SplittableRandom random) {
    float[] values = new float[arrayLength(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static float[] magnitudes(float[] values) {
    float[] magnitudes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
    }
    return magnitudes;
  }

  private static int arrayLength(long elementCount) {
    if (elementCount > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "validation works on arrays but a tensor has %d elements".formatted(elementCount));
    }
    return (int) elementCount;
  }
}

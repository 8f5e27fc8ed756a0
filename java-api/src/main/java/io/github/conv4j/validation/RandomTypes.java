package io.github.conv4j.validation;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.problem.Taps;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A seeded source of element types and quantizations for problems: two of three are of integers,
 * with one scale of the weights or one an output channel, zero points within and at the ends of
 * their types, and scales of dst under which few outputs are saturated.
 *
 * <p><b>Memory.</b> None to speak of. <b>Threads.</b> For one at a time. <b>Errors.</b> None.
 */
public final class RandomTypes {
  private static final List<DataType> FLOATS = List.of(DataType.F32, DataType.BF16, DataType.F16);
  private static final List<DataType> INTEGERS = List.of(DataType.U8, DataType.S8);
  private static final List<DataType> DST =
      List.of(
          DataType.U8,
          DataType.S8,
          DataType.U8,
          DataType.S8,
          DataType.S32,
          DataType.F32,
          DataType.BF16,
          DataType.F16);

  /** What products of random bytes are by root mean square, about. */
  private static final double PRODUCT = 100 * 74;

  private final SplittableRandom random;

  /** Creates a source; the same seed gives the same types. */
  public RandomTypes(long seed) {
    this.random = new SplittableRandom(seed ^ 0x7479706573L);
  }

  /** Returns the problem with other types. */
  public Problem apply(Problem problem) {
    return random.nextInt(3) == 0 ? floats(problem) : integers(problem);
  }

  /** Returns the problem with given types; integers get a random quantization. */
  public Problem apply(Problem problem, ConvolutionTypes types) {
    return types.isQuantized()
        ? problem.withTypes(types, quantization(problem, types))
        : problem.withTypes(types, Quantization.none());
  }

  private Problem floats(Problem problem) {
    ConvolutionTypes types;
    do {
      types = new ConvolutionTypes(of(FLOATS), of(FLOATS), of(FLOATS), of(FLOATS));
    } while (types.isF32());
    return problem.withTypes(types, Quantization.none());
  }

  private Problem integers(Problem problem) {
    ConvolutionTypes types =
        ConvolutionTypes.of(of(INTEGERS), DataType.S8, of(DST))
            .withBias(random.nextInt(3) == 0 ? DataType.F32 : DataType.S32);
    return problem.withTypes(types, quantization(problem, types));
  }

  private Quantization quantization(Problem problem, ConvolutionTypes types) {
    int zeroPoint = random.nextInt(3) == 0 ? 0 : zeroPoint(types.src());
    Quantization plain = Quantization.none().withSrc(1, zeroPoint);
    if (types.dst() == DataType.S32 && random.nextBoolean()) {
      return plain;
    }
    float srcScale = scale(1e-3, 0.1);
    Convolution convolution = problem.convolution();
    float[] weights =
        new float[random.nextBoolean() ? 1 : Math.toIntExact(convolution.outChannels())];
    double largest = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = scale(1e-3, 0.1);
      largest = Math.max(largest, weights[i]);
    }
    Quantization quantization = plain.withSrc(srcScale, zeroPoint).withWeights(weights);
    if (types.dst() != DataType.U8 && types.dst() != DataType.S8) {
      return quantization;
    }
    double spread = PRODUCT * Math.sqrt(Taps.most(problem)) * srcScale * largest;
    return quantization.withDst(
        (float) (spread / scale(20, 80)), random.nextInt(3) == 0 ? 0 : zeroPoint(types.dst()));
  }

  private int zeroPoint(DataType type) {
    return switch (random.nextInt(6)) {
      case 0 -> type.least();
      case 1 -> type.most();
      case 2 -> (type.least() + type.most() + 1) / 2;
      default -> random.nextInt(type.least(), type.most() + 1);
    };
  }

  private float scale(double least, double most) {
    return (float) (least * Math.pow(most / least, random.nextDouble()));
  }

  private DataType of(List<DataType> types) {
    return types.get(random.nextInt(types.size()));
  }
}

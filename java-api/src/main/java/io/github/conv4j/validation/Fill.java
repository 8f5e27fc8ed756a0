package io.github.conv4j.validation;

import io.github.conv4j.Convolution;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.problem.Taps;
import java.util.SplittableRandom;

/**
 * The values of one validation run.
 *
 * @param src in row-major order
 * @param weights in row-major order
 * @param bias one number an output channel; empty where there is none
 */
record Fill(float[] src, float[] weights, float[] bias) {
  private static final int MOST_SRC = 32;
  private static final int MOST_WEIGHTS = 32;
  private static final int MOST_BIAS = 8;
  private static final double EXACT_INTEGERS = 1 << 24;

  /**
   * Small integers, so that every product and every sum is exact in f32 and the order of summation
   * cannot matter. Element 0 of each tensor is positive. The source is made sparse where a window
   * holds so many taps that sums could leave the 24 bits of a float.
   */
  static Fill integers(Problem problem, long seed) {
    var random = random(problem, seed);
    Convolution c = problem.convolution();
    double exactProducts = EXACT_INTEGERS / (MOST_SRC * MOST_WEIGHTS);
    double density = Math.min(1, exactProducts / Taps.most(problem));
    return new Fill(
        integers(problem.src().elementCount(), MOST_SRC, density, random),
        integers(c.weightsShape().elementCount(), MOST_WEIGHTS, 1, random),
        c.hasBias() ? integers(c.outChannels(), MOST_BIAS, 1, random) : new float[0]);
  }

  /** Random floats from -1 to 1. */
  static Fill floats(Problem problem, long seed) {
    var random = random(problem, seed);
    Convolution c = problem.convolution();
    return new Fill(
        floats(problem.src().elementCount(), random),
        floats(c.weightsShape().elementCount(), random),
        c.hasBias() ? floats(c.outChannels(), random) : new float[0]);
  }

  /** Returns the same values without their signs: what an {@link ErrorBound} scales with. */
  Fill magnitudes() {
    return new Fill(magnitudes(src), magnitudes(weights), magnitudes(bias));
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

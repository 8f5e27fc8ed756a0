package io.github.conv4j.networks.internal.operator;

import java.util.Arrays;

/**
 * A spatial axis of a resampling: which two elements each output is a mixture of.
 *
 * @param srcSize how many elements there are
 * @param low one of them, for each output
 * @param high the other; the same array as {@code low} where outputs are no mixtures
 * @param lowWeights the share of the one
 * @param highWeights the share of the other
 */
public record ResamplingAxis(
    int srcSize, int[] low, int[] high, float[] lowWeights, float[] highWeights) {
  /** An axis that is not there. */
  public static final ResamplingAxis NONE = nearest(1, new int[1]);

  /** Checks the elements. */
  public ResamplingAxis {
    Sizes.positive(srcSize, "srcSize");
    Sizes.positive(low.length, "outputs");
    Sizes.sameLength(high.length, "high", low.length, "low");
    Sizes.sameLength(lowWeights.length, "lowWeights", low.length, "low");
    Sizes.sameLength(highWeights.length, "highWeights", low.length, "low");
    checkElements(low, srcSize);
    checkElements(high, srcSize);
  }

  private static void checkElements(int[] elements, int srcSize) {
    for (int element : elements) {
      if (element < 0 || element >= srcSize) {
        throw new IllegalArgumentException("element %d is taken of %d".formatted(element, srcSize));
      }
    }
  }

  /** Each output is one element. */
  public static ResamplingAxis nearest(int srcSize, int[] elements) {
    int[] copy = elements.clone();
    float[] ones = new float[copy.length];
    Arrays.fill(ones, 1);
    return new ResamplingAxis(srcSize, copy, copy, ones, new float[copy.length]);
  }

  /** Each output is a mixture of two elements. */
  public static ResamplingAxis linear(
      int srcSize, int[] low, int[] high, float[] lowWeights, float[] highWeights) {
    return new ResamplingAxis(
        srcSize, low.clone(), high.clone(), lowWeights.clone(), highWeights.clone());
  }

  boolean isNearest() {
    return low == high;
  }

  int dstSize() {
    return low.length;
  }
}

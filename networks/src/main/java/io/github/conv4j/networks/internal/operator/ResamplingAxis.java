package io.github.conv4j.networks.internal.operator;

/**
 * What resampling does along one axis: element {@code i} of the result is {@code lowWeights[i] *
 * src[low[i]] + highWeights[i] * src[high[i]]}.
 *
 * @param srcSize how many elements there are
 */
public record ResamplingAxis(
    int srcSize, int[] low, int[] high, float[] lowWeights, float[] highWeights) {
  /** An axis that is not there. */
  public static final ResamplingAxis NONE =
      new ResamplingAxis(1, new int[] {0}, new int[] {0}, new float[] {1}, new float[] {0});

  /** Checks the places. */
  public ResamplingAxis {
    Sizes.positive(srcSize, "srcSize");
    Sizes.positive(low.length, "low");
    Sizes.sameLength(low.length, "low", high.length, "high");
    Sizes.sameLength(low.length, "low", lowWeights.length, "lowWeights");
    Sizes.sameLength(low.length, "low", highWeights.length, "highWeights");
    for (int i = 0; i < low.length; i++) {
      if (low[i] < 0 || low[i] >= srcSize || high[i] < 0 || high[i] >= srcSize) {
        throw new IllegalArgumentException(
            "places %d and %d are not both among %d elements".formatted(low[i], high[i], srcSize));
      }
    }
  }

  int dstSize() {
    return low.length;
  }

  /** Whether element i is one element of the source. */
  boolean isCopy(int i) {
    return lowWeights[i] == 1 && highWeights[i] == 0;
  }

  boolean isCopy() {
    for (int i = 0; i < low.length; i++) {
      if (!isCopy(i)) {
        return false;
      }
    }
    return true;
  }

  boolean isIdentity() {
    boolean same = srcSize == low.length && isCopy();
    for (int i = 0; i < low.length && same; i++) {
      same = low[i] == i;
    }
    return same;
  }
}

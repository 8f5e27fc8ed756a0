package io.github.conv4j.bench.equal;

/** From the weights of the first half of a pair to those of the second. */
@FunctionalInterface
interface WeightsOrder {
  WeightsOrder SAME = weights -> weights;

  float[] of(float[] weights);

  /** From {@code [a][b][c]} to {@code [b][c][a]} and the like: where each index of the new is. */
  static WeightsOrder turned(int[] sizes, int... order) {
    return weights -> {
      float[] turned = new float[weights.length];
      int[] strides = {sizes[1] * sizes[2], sizes[2], 1};
      int at = 0;
      for (int i = 0; i < sizes[order[0]]; i++) {
        for (int j = 0; j < sizes[order[1]]; j++) {
          for (int k = 0; k < sizes[order[2]]; k++) {
            turned[at++] =
                weights[i * strides[order[0]] + j * strides[order[1]] + k * strides[order[2]]];
          }
        }
      }
      return turned;
    };
  }

  /** Of a transposed convolution for the convolution of stride 1 that it is. */
  static WeightsOrder ofTransposed(int groups, int inPerGroup, int outPerGroup, int taps) {
    return weights -> {
      float[] turned = new float[weights.length];
      int at = 0;
      for (int g = 0; g < groups; g++) {
        for (int o = 0; o < outPerGroup; o++) {
          for (int i = 0; i < inPerGroup; i++) {
            for (int t = taps - 1; t >= 0; t--) {
              turned[at++] = weights[((g * inPerGroup + i) * outPerGroup + o) * taps + t];
            }
          }
        }
      }
      return turned;
    };
  }

  /** Of every so many neighbours the one with this index. */
  static WeightsOrder oneOf(int outer, int taps, int inner, int tap) {
    return weights -> {
      float[] chosen = new float[outer * inner];
      for (int i = 0; i < outer; i++) {
        System.arraycopy(weights, (i * taps + tap) * inner, chosen, i * inner, inner);
      }
      return chosen;
    };
  }
}

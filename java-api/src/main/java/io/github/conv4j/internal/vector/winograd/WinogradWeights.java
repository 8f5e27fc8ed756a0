package io.github.conv4j.internal.vector.winograd;

import io.github.conv4j.internal.vector.base.WeightsView;

/**
 * Transformed weights, packed for {@link WinogradProducts}: for each group and point, blocks of two
 * vectors of output channels {@code [ic][channels of the block]}, zeros beyond the last channel.
 * Transformed in double and rounded once.
 */
final class WinogradWeights {
  private static final int TAPS = 9;

  private WinogradWeights() {}

  /**
   * Transforms and packs.
   *
   * @param turned whether the taps are taken from the last to the first, as a transposed
   *     convolution of stride 1 does
   */
  static float[] packed(
      WeightsView weights, WinogradTile tile, WinogradShape shape, int lanes, boolean turned) {
    float[] packed = new float[Math.multiplyExact(weights.groups(), shape.packedFloats())];
    double[][] transform = tile.weightsTransform();
    double[] kernel = new double[TAPS];
    double[] transformed = new double[shape.points];
    int pointFloats = shape.ic * shape.sumsPitch;
    for (int g = 0; g < weights.groups(); g++) {
      for (int oc = 0; oc < shape.oc; oc++) {
        int block = oc / (2 * lanes) * 2 * lanes;
        int width = Math.min(2 * lanes, shape.sumsPitch - block);
        int from = g * shape.packedFloats() + block * shape.ic + oc - block;
        for (int ic = 0; ic < shape.ic; ic++) {
          for (int tap = 0; tap < TAPS; tap++) {
            kernel[tap] = weights.at(g, oc, ic, turned ? TAPS - 1 - tap : tap);
          }
          transform(transform, kernel, transformed);
          for (int point = 0; point < shape.points; point++) {
            packed[from + point * pointFloats + ic * width] = (float) transformed[point];
          }
        }
      }
    }
    return packed;
  }

  /** Computes {@code G g G^T}. */
  private static void transform(double[][] rows, double[] kernel, double[] to) {
    for (int i = 0; i < rows.length; i++) {
      double[] down = rows[i];
      for (int j = 0; j < rows.length; j++) {
        double[] across = rows[j];
        double sum = 0;
        for (int h = 0; h < 3; h++) {
          for (int w = 0; w < 3; w++) {
            sum += down[h] * across[w] * kernel[h * 3 + w];
          }
        }
        to[i * rows.length + j] = sum;
      }
    }
  }
}

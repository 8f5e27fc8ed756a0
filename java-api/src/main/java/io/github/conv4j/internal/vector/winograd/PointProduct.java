package io.github.conv4j.internal.vector.winograd;

/**
 * The tiles of a group at one point, and one block of weights: {@code sums[t][oc] = sum over i <
 * depth of panel[t][i] * packed[i][oc]}. Changed and used again.
 */
final class PointProduct {
  /** Transformed source values. */
  float[] panel = new float[0];

  /** Where the first tile's begin. */
  int panelFrom;

  /** From one tile to the next. */
  int panelPitch;

  /** Source channels. */
  int depth;

  /** Weights {@code [depth][whole vectors of output channels]}, from {@link #packedFrom} on. */
  float[] packed = new float[0];

  int packedFrom;
  float[] sums = new float[0];

  /** Where the first tile's sums go. */
  int sumsFrom;

  /** From one tile to the next. */
  int sumsPitch;

  /** Tiles; a block may read and write rows beyond the last. */
  int tileCount;
}

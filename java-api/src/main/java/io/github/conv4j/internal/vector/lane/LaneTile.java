package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * A tile of outputs of one block of lanes, as {@link LaneTileKernel} takes it: {@code dst[r][c][l]
 * = bias[l] + sum over steps k and taps t of panel[r * rowPitch + c * pixelPitch + steps[k] + t *
 * lanes + l] * weights[weightsFrom + (k * taps + t) * lanes + l]}. Changed and used again.
 */
final class LaneTile {
  float[] panel = new float[0];
  int rowPitch;
  int pixelPitch;

  int[] steps = new int[0];
  int taps;
  float[] weights = new float[0];
  int weightsFrom;

  /** One number a channel, readable up to a vector beyond the last. */
  float[] bias = new float[0];

  int rows;
  int columns;

  /** Where the first output of the tile begins in dst, without the channel, in elements. */
  long dstBegin;

  long dstRowStep;
  long dstStep;

  /** The first output channel of the block, and how many it has. */
  int channel;

  int channelCount;

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;

  /** Working memory of one vector. */
  float[] sums = new float[0];
}

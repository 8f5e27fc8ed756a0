package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.WeightsView;

/**
 * The weights of a tiling for {@link PlaneKernels}: for each group and each block of output
 * channels {@code [source channel][tap][channel of the block]}, or one by one where a group has
 * just a few.
 */
final class PackedPlaneTiling {
  final PlaneTiling tiling;
  final int[] offsets;
  final float[] packed;

  /** Output channels of a block; or one. */
  final int block;

  final int blockCount;
  final int blockFloats;
  private final int outPerGroup;

  PackedPlaneTiling(
      PlaneTiling tiling, AxisPhases.Combination phases, WeightsView weights, int blockChannels) {
    this.tiling = tiling;
    this.outPerGroup = weights.outPerGroup();
    this.block = outPerGroup > 2 ? blockChannels : 1;
    this.blockCount = Math.ceilDiv(outPerGroup, block);
    this.offsets = tiling.offsets();
    this.blockFloats = Math.multiplyExact(offsets.length, block);
    int blocks = Math.multiplyExact(weights.groups(), blockCount);
    this.packed = new float[Math.multiplyExact(blocks, blockFloats)];
    int[] taps = weights.kernelTaps(phases.d(), phases.h(), phases.w());
    for (int g = 0; g < weights.groups(); g++) {
      for (int b = 0; b < blockCount; b++) {
        int at = (g * blockCount + b) * blockFloats;
        for (int from = 0; from < weights.inPerGroup(); from += PlaneTiling.CHUNK) {
          int end = Math.min(from + PlaneTiling.CHUNK, weights.inPerGroup());
          for (int tap : taps) {
            for (int ic = from; ic < end; ic++) {
              for (int o = 0; o < channels(b); o++) {
                packed[at + o] = weights.at(g, begin(b) + o, ic, tap);
              }
              at += block;
            }
          }
        }
      }
    }
  }

  /** The first output channel of a block; the last block begins early where it can. */
  int begin(int b) {
    return Math.max(0, Math.min(b * block, outPerGroup - block));
  }

  int channels(int b) {
    return Math.min(block, outPerGroup - begin(b));
  }

  long byteSize() {
    return (long) packed.length * Float.BYTES;
  }
}

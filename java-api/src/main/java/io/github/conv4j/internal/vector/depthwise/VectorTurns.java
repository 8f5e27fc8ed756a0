package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import jdk.incubator.vector.VectorShuffle;

/** How sums move on by one lane within their groups. */
final class VectorTurns {
  static final VectorShuffle<Float> OF_2 = next(2, LANES);
  static final VectorShuffle<Float> OF_4 = next(4, LANES);
  static final VectorShuffle<Float> OF_8 = next(8, LANES);
  static final VectorShuffle<Float> OF_16 = next(16, LANES);

  private VectorTurns() {}

  /** Whether whole groups of so many channels fill a vector. */
  static boolean serve(int depth) {
    return Integer.bitCount(depth) == 1 && depth <= Math.min(LANES, 16);
  }

  private static VectorShuffle<Float> next(int depth, int lanes) {
    return VectorShuffle.fromOp(
        SPECIES, lane -> (lane / depth * depth + (lane + 1) % depth) % lanes);
  }
}

package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.PostOps;
import java.lang.foreign.MemorySegment;

/** The innermost loops for lanes that each have a source value of their own. */
public interface LaneKernels {
  /** Returns the loops on the Vector API. */
  static LaneKernels vector() {
    return new VectorLaneKernels();
  }

  /** Returns the loops without it. */
  static LaneKernels scalar() {
    return new ScalarLanes();
  }

  /** Returns how many floats one vector holds. */
  int lanes();

  /**
   * Copies pixels into a panel, each lane taking the channel that its block says: {@code panel[to +
   * i * planeFloats + r * rowPitch + c * lanes + l] = src[begin + r * rowStep + c * step +
   * index[i][l]]}.
   */
  void spread(LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to);

  /**
   * Returns the loops that multiply the vectors of a panel with weights.
   *
   * @param taps see {@link LaneTile#taps}
   * @param pixelPitch see {@link LaneTile#pixelPitch}
   * @param channelCount see {@link LaneTile#channelCount}
   */
  LaneTileKernel tile(int taps, int pixelPitch, int channelCount, PostOps postOps);
}

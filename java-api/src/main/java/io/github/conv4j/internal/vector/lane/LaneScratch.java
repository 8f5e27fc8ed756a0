package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.internal.vector.base.Scratch;
import io.github.conv4j.internal.vector.base.Tiling;

/** A panel in which each lane has a source value of its own, and the sums of scalar loops. */
final class LaneScratch extends Scratch {
  final float[] panel;
  final float[] sums;
  final Tiling.Tile tile = new Tiling.Tile();
  final LaneTile laneTile = new LaneTile();
  final LaneSource source = new LaneSource();

  LaneScratch(int panelFloats, int lanes) {
    this.panel = new float[panelFloats];
    this.sums = new float[lanes];
  }

  @Override
  public long scratchpadByteSize() {
    return ((long) panel.length + sums.length) * Float.BYTES;
  }
}

package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;
import io.github.conv4j.internal.vector.base.Tiling;

/** A panel in which each lane has a source value of its own, and the sums of scalar loops. */
final class LaneScratch extends Scratch {
  final float[] panel;
  final Tiling.Tile tile = new Tiling.Tile();
  final LaneTile laneTile = new LaneTile();
  final LaneSource source = new LaneSource();

  LaneScratch(EpilogueArguments epilogue, int panelFloats, int lanes) {
    super(epilogue);
    this.panel = new float[panelFloats];
    laneTile.sums = new float[lanes];
    laneTile.epilogue = epilogue;
  }

  @Override
  public long heapByteSize() {
    return ((long) panel.length + laneTile.sums.length) * Float.BYTES;
  }
}

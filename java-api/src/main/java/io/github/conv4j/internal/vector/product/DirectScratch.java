package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.Scratch;
import io.github.conv4j.internal.vector.base.Tiling;

/** A panel of source values and the pixels of a tile. */
final class DirectScratch extends Scratch {
  final float[] panel;
  final int[] bases;
  final int[] dstOffsets;
  final Tiling.Tile tile = new Tiling.Tile();

  /** From {@link ProductKernels#productWork}. */
  final float[][] work;

  DirectScratch(int panelFloats, int pixels, float[][] work) {
    this.panel = new float[panelFloats];
    this.bases = new int[pixels];
    this.dstOffsets = new int[pixels];
    this.work = work;
  }

  @Override
  public long scratchpadByteSize() {
    long floats = panel.length;
    for (float[] row : work) {
      floats += row.length;
    }
    return floats * Float.BYTES + (long) (bases.length + dstOffsets.length) * Integer.BYTES;
  }
}

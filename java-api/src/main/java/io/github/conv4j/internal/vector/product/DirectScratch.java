package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;
import io.github.conv4j.internal.vector.base.Tiling;

/** A panel of source values and the pixels of a tile. */
final class DirectScratch extends Scratch {
  final PanelProduct product = new PanelProduct();
  final Tiling.Tile tile = new Tiling.Tile();

  /** That the tile belongs to. */
  int image;

  final SumRows rows = new SumRows();

  DirectScratch(EpilogueArguments epilogue, int panelFloats, int pixels, float[][] work) {
    super(epilogue);
    product.epilogue = epilogue;
    rows.epilogue = epilogue;
    product.panel = new float[panelFloats];
    product.bases = new int[pixels];
    product.dstOffsets = new int[pixels];
    product.work = work;
  }

  @Override
  public long heapByteSize() {
    long floats = product.panel.length;
    for (float[] row : product.work) {
      floats += row.length;
    }
    int pixels = product.bases.length + product.dstOffsets.length;
    return floats * Float.BYTES + (long) pixels * Integer.BYTES;
  }
}

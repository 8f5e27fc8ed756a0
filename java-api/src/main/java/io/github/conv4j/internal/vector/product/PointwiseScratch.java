package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** A panel of pixels. */
final class PointwiseScratch extends Scratch {
  final float[] panel;
  final ProductTile tile = new ProductTile();

  PointwiseScratch(EpilogueArguments epilogue, int panelFloats) {
    super(epilogue);
    tile.epilogue = epilogue;
    this.panel = new float[panelFloats];
  }

  @Override
  public long heapByteSize() {
    return (long) panel.length * Float.BYTES;
  }
}

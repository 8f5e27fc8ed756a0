package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.Scratch;

/** A panel of pixels. */
final class PointwiseScratch extends Scratch {
  final float[] panel;
  final ProductTile tile = new ProductTile();

  PointwiseScratch(int panelFloats) {
    this.panel = new float[panelFloats];
  }

  @Override
  public long scratchpadByteSize() {
    return (long) panel.length * Float.BYTES;
  }
}

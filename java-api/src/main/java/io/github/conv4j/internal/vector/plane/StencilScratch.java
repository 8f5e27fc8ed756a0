package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.Scratch;

/** A plane between zeros. */
final class StencilScratch extends Scratch {
  final float[] panel;
  final PlaneKernels.Stencil stencil = new PlaneKernels.Stencil();

  StencilScratch(int panelFloats) {
    this.panel = new float[panelFloats];
  }

  @Override
  public long scratchpadByteSize() {
    return (long) panel.length * Float.BYTES;
  }
}

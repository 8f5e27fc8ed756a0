package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** A plane between zeros. */
final class StencilScratch extends Scratch {
  final float[] panel;
  final PlaneKernels.Stencil stencil;

  StencilScratch(EpilogueArguments epilogue, int panelFloats) {
    super(epilogue);
    this.stencil = new PlaneKernels.Stencil(epilogue);
    this.panel = new float[panelFloats];
  }

  @Override
  public long heapByteSize() {
    return (long) panel.length * Float.BYTES;
  }
}

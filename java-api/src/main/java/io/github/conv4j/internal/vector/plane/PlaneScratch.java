package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** A panel of source values, and the results of a block of output channels. */
final class PlaneScratch extends Scratch {
  final float[] panel;
  final float[] results;
  final PlaneProduct product;

  PlaneScratch(EpilogueArguments epilogue, int panelFloats, int results) {
    super(epilogue);
    this.product = new PlaneProduct(epilogue);
    this.panel = new float[panelFloats];
    this.results = new float[results];
    product.panel = panel;
    product.out = this.results;
  }

  @Override
  public long heapByteSize() {
    return ((long) panel.length + results.length) * Float.BYTES;
  }
}

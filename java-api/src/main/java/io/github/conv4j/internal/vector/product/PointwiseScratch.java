package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * What kernels are told, a panel of source values, and room for sums that wait for their post-ops.
 */
final class PointwiseScratch extends Scratch {
  final ProductTile tile = new ProductTile();
  final SumRows rows = new SumRows();
  MemorySegment sums = MemorySegment.NULL;

  PointwiseScratch(EpilogueArguments epilogue, int panelFloats) {
    super(epilogue);
    tile.panel = new float[panelFloats];
    tile.epilogue = epilogue;
    rows.epilogue = epilogue;
  }

  @Override
  public void use(MemorySegment scratchpad) {
    sums = scratchpad;
  }

  @Override
  public long heapByteSize() {
    return (long) tile.panel.length * Float.BYTES;
  }
}

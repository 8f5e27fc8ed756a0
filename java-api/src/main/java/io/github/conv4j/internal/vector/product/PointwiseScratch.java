package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * What kernels are told, a panel of source values, and room in the scratchpad for sums that wait
 * for their post-ops and for source values that are brought side by side.
 */
final class PointwiseScratch extends Scratch {
  final ProductTile tile = new ProductTile();
  final SumRows rows = new SumRows();
  private final long sumsByteSize;
  MemorySegment sums = MemorySegment.NULL;

  /** Source values that were brought side by side. */
  MemorySegment source = MemorySegment.NULL;

  PointwiseScratch(EpilogueArguments epilogue, int panelFloats, long sumsByteSize) {
    super(epilogue);
    this.sumsByteSize = sumsByteSize;
    tile.panel = new float[panelFloats];
    tile.epilogue = epilogue;
    rows.epilogue = epilogue;
  }

  @Override
  public void use(MemorySegment scratchpad) {
    sums = scratchpad.asSlice(0, sumsByteSize);
    source = scratchpad.asSlice(sumsByteSize);
  }

  @Override
  public long heapByteSize() {
    return (long) tile.panel.length * Float.BYTES;
  }
}

package io.github.conv4j.internal.vector.winograd;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * Transformed source values, their products, a half transformed tile, and off-heap memory, filled
 * with zeros, for a tile that lies beyond an edge. It is off-heap so that the transforms see one
 * kind of memory.
 */
final class WinogradScratch extends Scratch {
  final float[] panel;
  final float[] sums;
  final float[] half;
  MemorySegment patch = MemorySegment.NULL;
  final PointProduct product = new PointProduct();
  final TileOutputs outputs;

  /** What {@link WinogradProducts#run} returned. */
  int touched;

  private final long zerosOffset;
  private final long zerosByteSize;
  private MemorySegment zeros = MemorySegment.NULL;

  /**
   * Creates memory.
   *
   * @param zerosOffset where zeros begin in the patch, in bytes
   * @param zerosByteSize how many there are
   */
  WinogradScratch(
      EpilogueArguments epilogue,
      int panelFloats,
      int sums,
      int half,
      long zerosOffset,
      long zerosByteSize) {
    super(epilogue);
    this.zerosOffset = zerosOffset;
    this.zerosByteSize = zerosByteSize;
    this.panel = new float[panelFloats];
    this.sums = new float[sums];
    product.panel = this.panel;
    product.sums = this.sums;
    this.half = new float[half];
    this.outputs = new TileOutputs(epilogue);
    outputs.sums = this.sums;
    outputs.half = this.half;
  }

  @Override
  public void use(MemorySegment scratchpad) {
    patch = scratchpad;
    zeros = scratchpad.asSlice(zerosOffset, zerosByteSize);
  }

  @Override
  public void begin() {
    super.begin();
    zeros.fill((byte) 0);
  }

  @Override
  public long heapByteSize() {
    return ((long) panel.length + sums.length + half.length) * Float.BYTES;
  }
}

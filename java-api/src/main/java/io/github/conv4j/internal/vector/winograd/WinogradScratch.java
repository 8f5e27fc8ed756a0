package io.github.conv4j.internal.vector.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;
import java.lang.foreign.Arena;
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
  final MemorySegment patch;
  final PointProduct product = new PointProduct();
  final TileOutputs outputs;

  /** What {@link WinogradProducts#run} returned. */
  int touched;

  private final Arena offHeap;

  WinogradScratch(
      EpilogueArguments epilogue, int panelFloats, int sums, int half, long patchFloats) {
    super(epilogue);
    this.offHeap = Arena.ofShared();
    try {
      this.panel = new float[panelFloats];
      this.sums = new float[sums];
      product.panel = this.panel;
      product.sums = this.sums;
      this.half = new float[half];
      this.outputs = new TileOutputs(epilogue);
      outputs.sums = this.sums;
      outputs.half = this.half;
      this.patch = offHeap.allocate(JAVA_FLOAT, patchFloats);
    } catch (Throwable e) {
      offHeap.close();
      throw e;
    }
  }

  @Override
  public long byteSize() {
    return patch.byteSize();
  }

  @Override
  public long scratchpadByteSize() {
    return ((long) panel.length + sums.length + half.length) * Float.BYTES + patch.byteSize();
  }

  @Override
  public void close() {
    offHeap.close();
  }
}

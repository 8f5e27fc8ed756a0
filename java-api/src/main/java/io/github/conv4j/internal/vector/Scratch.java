package io.github.conv4j.internal.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.internal.prepared.ByteSized;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The working memory of one thread that runs parts of a {@link Plan}. */
final class Scratch implements AutoCloseable, ByteSized {
  final float[] panel;
  final int[] bases;
  final int[] dstOffsets;
  final float[] sums;

  /** Working memory of scalar loops. */
  final float[][] work;

  final float[] half;
  final MemorySegment patch;
  final Kernels.DepthwiseRow row;
  final ReductionRun reduction;
  final Family.Tile tile = new Family.Tile();
  final ProductTile productTile = new ProductTile();
  final LaneTile laneTile = new LaneTile();
  final LaneSource laneSource = new LaneSource();
  final Band band = new Band();
  final PlaneKernels.Stencil stencil = new PlaneKernels.Stencil();

  /** Which tile of the current call the panel holds, or -1. */
  int panelTile = -1;

  /** What {@link VectorWinogradProducts#run} returned. */
  int touched;

  private @Nullable Arena offHeap;

  private Scratch(
      float[] panel,
      int pixels,
      float[] sums,
      float[][] work,
      float[] half,
      MemorySegment patch,
      Kernels.DepthwiseRow row,
      ReductionRun reduction) {
    this.panel = panel;
    this.bases = new int[pixels];
    this.dstOffsets = new int[pixels];
    this.sums = sums;
    this.work = work;
    this.half = half;
    this.patch = patch;
    this.row = row;
    this.reduction = reduction;
  }

  /** For tiles: a panel of source values, the pixels of a tile, and sums of scalar loops. */
  static Scratch forTiles(int panelFloats, int pixels, int sums) {
    return forTiles(panelFloats, pixels, sums, new float[0][]);
  }

  /** The same with {@link Kernels#productWork}. */
  static Scratch forTiles(int panelFloats, int pixels, int sums, float[][] work) {
    return new Scratch(
        new float[panelFloats],
        pixels,
        new float[sums],
        work,
        new float[0],
        MemorySegment.NULL,
        new Kernels.DepthwiseRow(0, 0),
        new ReductionRun(0));
  }

  /** For rows of a depthwise convolution, with {@link Kernels#depthwiseWork}. */
  static Scratch forRows(int mostRows, int channels, float[][] work) {
    return new Scratch(
        new float[0],
        0,
        new float[0],
        work,
        new float[0],
        MemorySegment.NULL,
        new Kernels.DepthwiseRow(mostRows, channels),
        new ReductionRun(0));
  }

  /** For reductions over lanes: sums of vectors, their results, and the taps of a window. */
  static Scratch forReductions(int sums, int results, int taps) {
    return new Scratch(
        new float[results],
        0,
        new float[sums],
        new float[0][],
        new float[0],
        MemorySegment.NULL,
        new Kernels.DepthwiseRow(0, 0),
        new ReductionRun(taps));
  }

  /**
   * For Winograd's algorithm: transformed source values, their products, a half transformed tile,
   * and off-heap memory, filled with zeros, for a tile that lies beyond an edge. It is off-heap so
   * that the transforms see one kind of memory.
   */
  static Scratch forWinograd(int panelFloats, int sums, int half, long patchFloats) {
    Arena arena = Arena.ofShared();
    try {
      var scratch =
          new Scratch(
              new float[panelFloats],
              0,
              new float[sums],
              new float[0][],
              new float[half],
              arena.allocate(JAVA_FLOAT, patchFloats),
              new Kernels.DepthwiseRow(0, 0),
              new ReductionRun(0));
      scratch.offHeap = arena;
      return scratch;
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /** To be called before the parts of another call. */
  void forgetPanel() {
    panelTile = -1;
  }

  @Override
  public long byteSize() {
    return patch.byteSize();
  }

  /** Returns the bytes on and off the Java heap. */
  long scratchpadByteSize() {
    long floats = (long) panel.length + sums.length + half.length;
    for (float[] row : work) {
      floats += row.length;
    }
    return (floats + bases.length + dstOffsets.length) * Float.BYTES
        + patch.byteSize()
        + (row.rows.length + reduction.steps.length) * (long) (Long.BYTES + Integer.BYTES);
  }

  @Override
  public void close() {
    if (offHeap != null) {
      offHeap.close();
    }
  }
}

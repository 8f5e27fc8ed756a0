package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.ScalarWidth.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Tiling;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Products without the Vector API: plain loops in a form that the JIT compiler turns into vector
 * code where it can.
 */
final class ScalarProducts implements ProductKernels, PanelProductKernel {
  /** Products that are added at a time. */
  private static final int STEP = 4;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public ChannelBlocks blocks(int channels, boolean inRows, int least) {
    return ChannelBlocks.of(channels, LANES, 2, least);
  }

  /** Results {@code [channel][pixel]}, then four rows of source values. */
  @Override
  public float[][] work(int mostPixels) {
    return new float[2 * LANES + STEP][mostPixels];
  }

  @Override
  public PanelProductKernel panel(int channelCount, int run, PostOps postOps) {
    return this;
  }

  @Override
  public boolean panelsTake(PostOps postOps) {
    return true;
  }

  @Override
  public int together(long out) {
    return 1;
  }

  @Override
  public int runOfRow(int all) {
    return all;
  }

  @Override
  public int runOfList(ChannelBlocks blocks, int all) {
    return all;
  }

  @Override
  public int mostPixelsOfRow(PostOps postOps) {
    return 0;
  }

  @Override
  public int chunk() {
    return 0;
  }

  @Override
  public ChunkCopyKernel chunkCopy() {
    throw new UnsupportedOperationException("scalar loops take all channels together");
  }

  @Override
  public int pixelsOfRow(int vectors, int together, Tiling tiling, PostOps postOps) {
    return 0;
  }

  @Override
  public PanelProductKernel panelOfRow(int channelCount, PixelRow row, int run, PostOps postOps) {
    throw new UnsupportedOperationException("scalar loops take lists of pixels");
  }

  @Override
  public int pointwiseTogether(long out, long pixels) {
    return 1;
  }

  /**
   * Pixels are what the compiler makes vectors of, since there are many; it does so only where all
   * arrays are read and written at the same index, hence the rows.
   */
  @Override
  public void run(PanelProduct product, MemorySegment dst) {
    float[] panel = product.panel;
    int[] bases = product.bases;
    int pixelCount = product.pixelCount;
    int run = product.run;
    float[] packed = product.packed;
    int laneCount = product.laneCount;
    float[][] work = product.work;
    int width = laneCount > LANES ? 2 * LANES : LANES;
    for (int o = 0; o < laneCount; o++) {
      Arrays.fill(
          work[o], 0, pixelCount, product.bias[product.biasFrom + product.channel(o, LANES)]);
    }
    float[] values0 = work[2 * LANES];
    float[] values1 = work[2 * LANES + 1];
    float[] values2 = work[2 * LANES + 2];
    float[] values3 = work[2 * LANES + 3];
    int at = product.packedFrom;
    for (int tap : product.taps) {
      int i = 0;
      for (; i + STEP <= run; i += STEP) {
        gather(panel, bases, tap + i, pixelCount, values0);
        gather(panel, bases, tap + i + 1, pixelCount, values1);
        gather(panel, bases, tap + i + 2, pixelCount, values2);
        gather(panel, bases, tap + i + 3, pixelCount, values3);
        for (int o = 0; o < laneCount; o++) {
          addFour(
              work[o],
              values0,
              values1,
              values2,
              values3,
              packed[at + o],
              packed[at + width + o],
              packed[at + 2 * width + o],
              packed[at + 3 * width + o],
              pixelCount);
        }
        at += STEP * width;
      }
      for (; i < run; i++) {
        gather(panel, bases, tap + i, pixelCount, values0);
        for (int o = 0; o < laneCount; o++) {
          addOne(work[o], values0, packed[at + o], pixelCount);
        }
        at += width;
      }
    }
    for (int p = 0; p < pixelCount; p++) {
      long to = product.dstOffsets[p] + product.dstFrom;
      for (int o = 0; o < laneCount; o++) {
        dst.setAtIndex(JAVA_FLOAT, to + product.channel(o, LANES), work[o][p]);
      }
    }
  }

  private static void gather(float[] panel, int[] bases, int offset, int count, float[] values) {
    for (int p = 0; p < count; p++) {
      values[p] = panel[bases[p] + offset];
    }
  }

  private static void addFour(
      float[] sums,
      float[] values0,
      float[] values1,
      float[] values2,
      float[] values3,
      float weight0,
      float weight1,
      float weight2,
      float weight3,
      int count) {
    for (int p = 0; p < count; p++) {
      sums[p] +=
          weight0 * values0[p] + weight1 * values1[p] + weight2 * values2[p] + weight3 * values3[p];
    }
  }

  private static void addOne(float[] sums, float[] values, float weight, int count) {
    for (int p = 0; p < count; p++) {
      sums[p] += weight * values[p];
    }
  }

  @Override
  public boolean pointwiseTakesCopies() {
    return false;
  }

  @Override
  public ChannelBlocks pointwiseBlocks(int out, long pixels, int least) {
    throw new UnsupportedOperationException("scalar loops take lists of pixels");
  }

  @Override
  public boolean pointwiseTakesPostOps() {
    return false;
  }

  @Override
  public boolean takesPointwise(long in, long out, long pixels) {
    return false;
  }

  @Override
  public boolean takesStrided(long in, long out, long pixels, long columns) {
    return false;
  }

  @Override
  public PointwiseKernel pointwise(int vectors, long out, long pixels, PostOps postOps) {
    throw new UnsupportedOperationException("scalar loops take lists of pixels");
  }

  @Override
  public SumRowsKernel sumRows(PostOps postOps) {
    throw new UnsupportedOperationException("scalar loops leave post-ops to a pass over dst");
  }
}

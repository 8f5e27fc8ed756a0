package io.github.conv4j.internal.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The innermost loops without the Vector API: plain loops in a form that the JIT compiler turns
 * into vector code where it can.
 */
final class ScalarKernels implements Kernels {
  /** Products that are added at a time. */
  private static final int STEP = 4;

  static final int LANES = 16;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public String name() {
    return "scalar";
  }

  /** Results {@code [channel][pixel]}, then four rows of source values. */
  @Override
  public float[][] productWork(int mostPixels) {
    return new float[2 * LANES + STEP][mostPixels];
  }

  /** Results {@code [pixel][channel]}, then one row of weights and one of source values. */
  @Override
  public float[][] depthwiseWork(int mostPixels, int channels) {
    return new float[mostPixels + 2][channels];
  }

  /**
   * Pixels are what the compiler makes vectors of, since there are many; it does so only where all
   * arrays are read and written at the same index, hence the rows.
   */
  @Override
  public void product(
      float[] panel,
      int[] bases,
      int pixelCount,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom,
      int channelCount,
      float[][] work) {
    int width = channelCount > LANES ? 2 * LANES : LANES;
    for (int o = 0; o < channelCount; o++) {
      Arrays.fill(work[o], 0, pixelCount, bias[biasFrom + o]);
    }
    float[] values0 = work[2 * LANES];
    float[] values1 = work[2 * LANES + 1];
    float[] values2 = work[2 * LANES + 2];
    float[] values3 = work[2 * LANES + 3];
    int at = packedFrom;
    for (int tap : taps) {
      int i = 0;
      for (; i + STEP <= run; i += STEP) {
        gather(panel, bases, tap + i, pixelCount, values0);
        gather(panel, bases, tap + i + 1, pixelCount, values1);
        gather(panel, bases, tap + i + 2, pixelCount, values2);
        gather(panel, bases, tap + i + 3, pixelCount, values3);
        for (int o = 0; o < channelCount; o++) {
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
        for (int o = 0; o < channelCount; o++) {
          addOne(work[o], values0, packed[at + o], pixelCount);
        }
        at += width;
      }
    }
    for (int p = 0; p < pixelCount; p++) {
      long to = dstOffsets[p] + dstFrom;
      for (int o = 0; o < channelCount; o++) {
        dst.setAtIndex(JAVA_FLOAT, to + o, work[o][p]);
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
  public boolean isScalar() {
    return true;
  }

  @Override
  public boolean takesChannels(int channelCount) {
    return true;
  }

  @Override
  public void depthwise(DepthwiseRow row, MemorySegment src, MemorySegment dst, float[][] work) {
    int channels = row.channelCount;
    float[] weights = work[work.length - 2];
    float[] values = work[work.length - 1];
    for (int p = 0; p < row.count; p++) {
      System.arraycopy(row.bias, 0, work[p], 0, channels);
    }
    for (int r = 0; r < row.rowCount; r++) {
      for (int t = 0; t < row.tapCount; t++) {
        int weightsAt = (row.rowTaps[r] + row.tapFrom + t) * channels;
        System.arraycopy(row.packed, weightsAt, weights, 0, channels);
        long at = row.rows[r] + row.first + t * row.tapStep;
        for (int p = 0; p < row.count; p++) {
          long from = (at + p * row.pixelStep) * Float.BYTES;
          MemorySegment.copy(src, JAVA_FLOAT, from, values, 0, channels);
          addProducts(work[p], values, weights, channels);
        }
      }
    }
    for (int p = 0; p < row.count; p++) {
      long to = (row.dstOffset + p * row.dstStep) * Float.BYTES;
      MemorySegment.copy(work[p], 0, dst, JAVA_FLOAT, to, channels);
    }
  }

  private static void addProducts(float[] sums, float[] values, float[] weights, int count) {
    for (int c = 0; c < count; c++) {
      sums[c] += values[c] * weights[c];
    }
  }

  @Override
  public void spread(
      LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to) {
    ScalarLanes.spread(block, src, from, panel, to);
  }

  @Override
  public void lanewise(LaneTile tile, MemorySegment dst, float[] sums) {
    ScalarLanes.run(tile, dst, sums);
  }
}

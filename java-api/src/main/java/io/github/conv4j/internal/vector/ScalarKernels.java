package io.github.conv4j.internal.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * The innermost loops without the Vector API: plain loops over output channels with four products
 * at a time, which the JIT compiler turns into vector code where it can.
 */
final class ScalarKernels implements Kernels {
  static final int LANES = 16;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public String name() {
    return "scalar";
  }

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
      float[] sums) {
    int width = channelCount > LANES ? 2 * LANES : LANES;
    for (int p = 0; p < pixelCount; p++) {
      System.arraycopy(bias, biasFrom, sums, 0, width);
      int at = packedFrom;
      for (int tap : taps) {
        int base = bases[p] + tap;
        int i = 0;
        for (; i + 3 < run; i += 4) {
          addFour(
              sums,
              width,
              panel[base + i],
              panel[base + i + 1],
              panel[base + i + 2],
              panel[base + i + 3],
              packed,
              at);
          at += 4 * width;
        }
        for (; i < run; i++) {
          addOne(sums, width, panel[base + i], packed, at);
          at += width;
        }
      }
      MemorySegment.copy(
          sums, 0, dst, JAVA_FLOAT, (long) (dstOffsets[p] + dstFrom) * Float.BYTES, channelCount);
    }
  }

  private static void addFour(
      float[] sums, int width, float a, float b, float c, float d, float[] packed, int at) {
    for (int j = 0; j < width; j++) {
      sums[j] +=
          a * packed[at + j]
              + b * packed[at + width + j]
              + c * packed[at + 2 * width + j]
              + d * packed[at + 3 * width + j];
    }
  }

  private static void addOne(float[] sums, int width, float a, float[] packed, int at) {
    for (int j = 0; j < width; j++) {
      sums[j] += a * packed[at + j];
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
  public void depthwise(DepthwiseRow row, MemorySegment src, MemorySegment dst, float[] sums) {
    int channels = row.channelCount;
    for (int p = 0; p < row.count; p++) {
      System.arraycopy(row.bias, 0, sums, 0, channels);
      for (int r = 0; r < row.rowCount; r++) {
        for (int t = 0; t < row.tapCount; t++) {
          long at = row.rows[r] + row.first + p * row.pixelStep + t * row.tapStep;
          int weightsAt = (row.rowTaps[r] + row.tapFrom + t) * row.channelCount;
          addChannels(sums, src, at, row.packed, weightsAt, channels);
        }
      }
      long to = (row.dstOffset + p * row.dstStep) * Float.BYTES;
      MemorySegment.copy(sums, 0, dst, JAVA_FLOAT, to, channels);
    }
  }

  private static void addChannels(
      float[] sums, MemorySegment src, long at, float[] packed, int weightsAt, int channels) {
    for (int c = 0; c < channels; c++) {
      sums[c] += src.getAtIndex(JAVA_FLOAT, at + c) * packed[weightsAt + c];
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

package io.github.conv4j.internal.vector.depthwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.ScalarWidth;
import java.lang.foreign.MemorySegment;

/** Depthwise convolution without the Vector API: channels are the inner loop. */
final class ScalarDepthwise implements DepthwiseKernels {
  @Override
  public int lanes() {
    return ScalarWidth.LANES;
  }

  @Override
  public boolean takesChannels(int channelCount) {
    return true;
  }

  /** Results {@code [pixel][channel]}, then one row of weights and one of source values. */
  @Override
  public float[][] depthwiseWork(int mostPixels, int channels) {
    return new float[mostPixels + 2][channels];
  }

  @Override
  public DepthwiseRowKernel row(PostOps postOps) {
    return ScalarDepthwise::run;
  }

  private static void run(DepthwiseRow row, MemorySegment src, MemorySegment dst) {
    float[][] work = row.work;
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
  public boolean takesRegions(int taps) {
    return false;
  }

  @Override
  public RegionKernel region(int rows, int columns, PostOps postOps) {
    throw new UnsupportedOperationException("scalar loops take rows");
  }

  @Override
  public boolean takesBands() {
    return false;
  }

  @Override
  public boolean takesGroups(int depth) {
    return false;
  }

  @Override
  public BandKernel band(Band kind, PostOps postOps) {
    throw new UnsupportedOperationException("scalar loops take rows");
  }
}

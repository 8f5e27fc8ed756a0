package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.Scratch;

/** A row of outputs. */
final class DepthwiseScratch extends Scratch {
  final DepthwiseRow row;

  /** From {@link DepthwiseKernels#depthwiseWork}. */
  final float[][] work;

  DepthwiseScratch(int mostRows, int channels, float[][] work) {
    this.row = new DepthwiseRow(mostRows, channels);
    this.work = work;
  }

  @Override
  public long scratchpadByteSize() {
    long floats = 0;
    for (float[] values : work) {
      floats += values.length;
    }
    return floats * Float.BYTES + row.rows.length * (long) (Long.BYTES + Integer.BYTES);
  }
}

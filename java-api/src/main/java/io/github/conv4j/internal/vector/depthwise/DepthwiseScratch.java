package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** A row of outputs. */
final class DepthwiseScratch extends Scratch {
  final DepthwiseRow row;

  DepthwiseScratch(EpilogueArguments epilogue, int mostRows, int channels, float[][] work) {
    super(epilogue);
    row = new DepthwiseRow(mostRows, channels);
    row.epilogue = epilogue;
    row.work = work;
  }

  @Override
  public long heapByteSize() {
    long floats = 0;
    for (float[] values : row.work) {
      floats += values.length;
    }
    return floats * Float.BYTES + row.rows.length * (long) (Long.BYTES + Integer.BYTES);
  }
}

package io.github.conv4j.internal.vector.reduction;

import io.github.conv4j.internal.vector.base.Scratch;

/** Sums of vectors, their results, and the taps of a window. */
final class ReductionScratch extends Scratch {
  final float[] sums;
  final float[] results;
  final ReductionRun run;

  ReductionScratch(int sums, int results, int taps) {
    this.sums = new float[sums];
    this.results = new float[results];
    this.run = new ReductionRun(taps);
  }

  @Override
  public long heapByteSize() {
    return ((long) sums.length + results.length) * Float.BYTES
        + run.steps.length * (long) (Long.BYTES + Integer.BYTES);
  }
}

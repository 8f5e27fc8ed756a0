package io.github.conv4j.internal.vector.reduction;

import java.lang.foreign.MemorySegment;

/** Computes {@link ReductionRun}s of one number of output channels. */
interface ReductionKernel {
  /**
   * Multiplies windows with the weights of a few output channels, lanes being input channels, and
   * adds up the lanes, as {@link ReductionRun} says.
   *
   * @param sums working memory of a vector for each output of the run, and for {@link
   *     ReductionRun#SUMS} more
   * @param results working memory of a float for each output of the run, and a vector more
   */
  void run(ReductionRun run, MemorySegment src, MemorySegment dst, float[] sums, float[] results);
}

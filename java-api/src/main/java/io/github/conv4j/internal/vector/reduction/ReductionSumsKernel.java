package io.github.conv4j.internal.vector.reduction;

import java.lang.foreign.MemorySegment;

/** Computes the sums of a {@link ReductionRun}, a vector for each pixel and output channel. */
interface ReductionSumsKernel {
  void run(ReductionRun run, float[] sums, MemorySegment src);
}

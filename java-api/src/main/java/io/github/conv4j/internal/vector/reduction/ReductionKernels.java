package io.github.conv4j.internal.vector.reduction;

import java.lang.foreign.MemorySegment;

/** The innermost loops for sums over lanes; there are none without the Vector API. */
public interface ReductionKernels {
  /** Returns the loops on the Vector API. */
  static ReductionKernels vector() {
    return new VectorReductions();
  }

  /** Returns how many floats one vector holds. */
  int lanes();

  /**
   * Multiplies windows with the weights of a few output channels, lanes being input channels, and
   * adds up the lanes, as {@link ReductionRun} says.
   *
   * @param sums working memory of a vector for each output of the run, and for {@link
   *     ReductionRun#SUMS} more
   * @param results working memory of a float for each output of the run, and a vector more
   */
  void reduction(
      ReductionRun run, MemorySegment src, MemorySegment dst, float[] sums, float[] results);
}

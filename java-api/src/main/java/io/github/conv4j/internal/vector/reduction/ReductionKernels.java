package io.github.conv4j.internal.vector.reduction;

/** The innermost loops for sums over lanes; there are none without the Vector API. */
public interface ReductionKernels {
  /** Returns the loops on the Vector API. */
  static ReductionKernels vector() {
    return new VectorReductions();
  }

  /** Returns how many floats one vector holds. */
  int lanes();

  /** Returns the kernel for so many output channels. */
  ReductionKernel kernel(int out);
}

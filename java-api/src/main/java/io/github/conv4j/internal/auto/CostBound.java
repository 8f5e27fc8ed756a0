package io.github.conv4j.internal.auto;

import io.github.conv4j.internal.prepared.PrepareRequest;

/** The least that a call of an implementation can take, as far as its name tells. */
final class CostBound {
  /**
   * The naive loops compute an address for every product: 50 ns each in oneDNN's {@code ref:any} on
   * a Zen 3. No processor is ten times as fast.
   */
  private static final double NANOS_PER_PRODUCT_OF_LOOPS = 5;

  private CostBound() {}

  /** Tells whether the name is that of naive loops, which are tried last. */
  static boolean isNaive(Way way) {
    return way.implementation().startsWith("ref");
  }

  /**
   * Returns nanoseconds, 0 where the name tells nothing.
   *
   * @param threads how many may share the call
   */
  static double leastNanos(Way way, PrepareRequest request, int threads) {
    if (!isNaive(way)) {
      return 0;
    }
    long products = request.convolution().multiplications(request.src().shape());
    return NANOS_PER_PRODUCT_OF_LOOPS * products / threads;
  }
}

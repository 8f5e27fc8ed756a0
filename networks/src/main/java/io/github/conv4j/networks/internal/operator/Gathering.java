package io.github.conv4j.networks.internal.operator;

/**
 * Copies a window of a dense array: along each axis, so many elements from a first one on, a step
 * apart, which may be negative.
 */
public final class Gathering extends PartedCopy {
  /**
   * Plans a copy.
   *
   * @param srcDims the dims of src
   * @param starts the element that is copied first, along each axis
   * @param steps how far apart those are that are copied; not 0
   * @param dstDims how many are copied: the dims of dst
   */
  public Gathering(long[] srcDims, long[] starts, long[] steps, long[] dstDims, int threads) {
    super(plan(srcDims, starts, steps, dstDims, threads), threads);
  }

  private static Plan plan(
      long[] srcDims, long[] starts, long[] steps, long[] dstDims, int threads) {
    Sizes.sameLength(starts.length, "starts", srcDims.length, "srcDims");
    Sizes.sameLength(steps.length, "steps", srcDims.length, "srcDims");
    Sizes.sameLength(dstDims.length, "dstDims", srcDims.length, "srcDims");
    Sizes.product("srcDims", srcDims);
    Sizes.product("dstDims", dstDims);
    long[] strides = Sizes.denseStrides(srcDims);
    long first = 0;
    long[] from = new long[srcDims.length];
    for (int i = 0; i < srcDims.length; i++) {
      long last = Math.addExact(starts[i], Math.multiplyExact(dstDims[i] - 1, steps[i]));
      if (steps[i] == 0
          || Math.min(starts[i], last) < 0
          || Math.max(starts[i], last) >= srcDims[i]) {
        throw new IllegalArgumentException(
            "axis %d has %d elements but is read from %d to %d in steps of %d"
                .formatted(i, srcDims[i], starts[i], last, steps[i]));
      }
      first += starts[i] * strides[i];
      from[i] = steps[i] * strides[i];
    }
    return Plan.of(dstDims, from, Sizes.denseStrides(dstDims), first, 0, threads);
  }
}

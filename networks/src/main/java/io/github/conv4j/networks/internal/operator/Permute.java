package io.github.conv4j.networks.internal.operator;

import java.util.Arrays;

/** Transposes a dense array: axis {@code i} of dst is axis {@code axes[i]} of src. */
public final class Permute extends PartedCopy {
  /** Plans a transposition of an array of these dims. */
  public Permute(long[] dims, int[] axes, int threads) {
    super(plan(dims, axes, threads), threads);
  }

  private static Plan plan(long[] dims, int[] axes, int threads) {
    Sizes.sameLength(axes.length, "axes", dims.length, "dims");
    Sizes.product("dims", dims);
    int[] sorted = axes.clone();
    Arrays.sort(sorted);
    long[] srcStrides = Sizes.denseStrides(dims);
    long[] sizes = new long[dims.length];
    long[] from = new long[dims.length];
    for (int i = 0; i < axes.length; i++) {
      if (sorted[i] != i) {
        throw new IllegalArgumentException(
            "axes %s are no permutation of %d axes".formatted(Arrays.toString(axes), dims.length));
      }
      sizes[i] = dims[axes[i]];
      from[i] = srcStrides[axes[i]];
    }
    return Plan.of(sizes, from, Sizes.denseStrides(sizes), 0, 0, threads);
  }
}

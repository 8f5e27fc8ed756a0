package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * Rows of sums that wait for their post-ops, and where the results go: {@code dst[dstBegin + i] =
 * postOps(sums[sumsBegin + i])} for i below length, and so on a step later for each further row.
 * Changed and used again.
 */
final class SumRows {
  int rows;

  /** Of a row; at least a vector, and whole vectors where sums and dst are the same memory. */
  int length;

  /** From one row to the next, in sums and in dst, in elements. */
  int step;

  /** The output channel of the first element of a row, where that matters. */
  int first;

  /** Where the first row begins in the sums, in elements. */
  long sumsBegin;

  /** Where the first row begins in dst, in elements. */
  long dstBegin;

  /** The operands of post-ops. */
  EpilogueArguments epilogue = EpilogueArguments.NONE;
}

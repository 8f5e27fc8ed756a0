package io.github.conv4j.internal.vector.product;

import java.lang.foreign.MemorySegment;

/** Takes {@link SumRows} through post-ops. */
interface SumRowsKernel {
  void run(SumRows rows, MemorySegment sums, MemorySegment dst);
}

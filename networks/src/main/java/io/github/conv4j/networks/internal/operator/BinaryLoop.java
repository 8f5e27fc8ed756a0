package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** A function of two numbers along a row; either may be dst if it begins where that does. */
interface BinaryLoop {
  /** Computes {@code dst[to + i] = f(a[aAt + i], b[bAt + i])}. */
  void run(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment dst, long to, int count);

  /** Computes {@code dst[to + i] = f(a[aAt + i], b)}. */
  void runWithScalar(MemorySegment a, long aAt, float b, MemorySegment dst, long to, int count);

  /** Computes {@code dst[to + i] = f(a, b[bAt + i])}. */
  void runOnScalar(float a, MemorySegment b, long bAt, MemorySegment dst, long to, int count);
}

package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** A function of each number of a row. */
@FunctionalInterface
interface UnaryLoop {
  /**
   * Computes neighbours.
   *
   * @param src may be dst if {@code from} is {@code to}
   * @param from the first element that is read
   * @param to the first element that is written
   */
  void run(
      MemorySegment src, long from, MemorySegment dst, long to, int count, float alpha, float beta);
}

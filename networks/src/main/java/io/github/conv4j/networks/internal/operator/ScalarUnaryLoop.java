package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One number after the other. */
record ScalarUnaryLoop(UnaryFunction function) implements UnaryLoop {
  @Override
  public void run(
      MemorySegment src,
      long from,
      MemorySegment dst,
      long to,
      int count,
      float alpha,
      float beta) {
    for (int i = 0; i < count; i++) {
      double x = src.getAtIndex(JAVA_FLOAT_UNALIGNED, from + i);
      dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i, (float) function.apply(x, alpha, beta));
    }
  }
}

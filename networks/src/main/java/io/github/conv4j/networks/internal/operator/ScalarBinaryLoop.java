package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One pair after the other. */
record ScalarBinaryLoop(BinaryFunction function) implements BinaryLoop {
  @Override
  public void run(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      double y = b.getAtIndex(JAVA_FLOAT_UNALIGNED, bAt + i);
      put(dst, to + i, function.apply(a.getAtIndex(JAVA_FLOAT_UNALIGNED, aAt + i), y));
    }
  }

  @Override
  public void runWithScalar(
      MemorySegment a, long aAt, float b, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      put(dst, to + i, function.apply(a.getAtIndex(JAVA_FLOAT_UNALIGNED, aAt + i), b));
    }
  }

  @Override
  public void runOnScalar(
      float a, MemorySegment b, long bAt, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      put(dst, to + i, function.apply(a, b.getAtIndex(JAVA_FLOAT_UNALIGNED, bAt + i)));
    }
  }

  private static void put(MemorySegment dst, long at, double value) {
    dst.setAtIndex(JAVA_FLOAT_UNALIGNED, at, (float) value);
  }
}

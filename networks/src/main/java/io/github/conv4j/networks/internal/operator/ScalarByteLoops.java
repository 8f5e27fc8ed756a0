package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One number after the other. */
final class ScalarByteLoops implements ByteLoops {
  @Override
  public void dequantize(
      MemorySegment src, long from, ByteScale scale, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i, scale.dequantized(src.get(JAVA_BYTE, from + i)));
    }
  }

  @Override
  public void quantize(
      MemorySegment src, long from, MemorySegment dst, long to, ByteScale scale, int count) {
    for (int i = 0; i < count; i++) {
      dst.set(JAVA_BYTE, to + i, scale.quantized(src.getAtIndex(JAVA_FLOAT_UNALIGNED, from + i)));
    }
  }
}

package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

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

  @Override
  public void quantizeColours(
      MemorySegment src,
      long from,
      long planeStride,
      MemorySegment dst,
      long to,
      ByteScale scale,
      int count) {
    for (int i = 0; i < count; i++) {
      for (int p = 0; p < Colours.COUNT; p++) {
        float value = src.getAtIndex(JAVA_FLOAT_UNALIGNED, from + p * planeStride + i);
        dst.set(JAVA_BYTE, to + (long) i * Colours.COUNT + p, scale.quantized(value));
      }
    }
  }

  @Override
  public void multiplyAdd(
      MemorySegment src,
      ByteScale ofSrc,
      MemorySegment factors,
      long first,
      MemorySegment other,
      ByteScale ofOther,
      MemorySegment dst,
      ByteScale ofDst,
      long at,
      int count) {
    for (int i = 0; i < count; i++) {
      float factor = factors.getAtIndex(JAVA_FLOAT_UNALIGNED, first + i);
      float product = ofSrc.dequantized(src.get(JAVA_BYTE, at + i)) * factor;
      float sum = product + ofOther.dequantized(other.get(JAVA_BYTE, at + i));
      dst.set(JAVA_BYTE, at + i, ofDst.quantized(sum));
    }
  }

  @Override
  public void multiplyAddFused(
      MemorySegment src,
      int srcZeroPoint,
      MemorySegment factors,
      long first,
      MemorySegment other,
      int otherZeroPoint,
      float otherFactor,
      MemorySegment dst,
      int dstZeroPoint,
      long at,
      int count) {
    for (int i = 0; i < count; i++) {
      float factor = factors.getAtIndex(JAVA_FLOAT_UNALIGNED, first + i);
      float sum = ((other.get(JAVA_BYTE, at + i) & 0xff) - otherZeroPoint) * otherFactor;
      float all = Math.fma((src.get(JAVA_BYTE, at + i) & 0xff) - srcZeroPoint, factor, sum);
      dst.set(
          JAVA_BYTE,
          at + i,
          (byte)
              (Math.clamp((int) Math.rint((double) all), -dstZeroPoint, 255 - dstZeroPoint)
                  + dstZeroPoint));
    }
  }

  @Override
  public void add(
      MemorySegment src, long from, boolean isSigned, MemorySegment sums, int begin, int end) {
    int mask = isSigned ? -1 : 0xff;
    for (int i = begin; i < end; i++) {
      int sum = sums.getAtIndex(JAVA_INT_UNALIGNED, i) + (src.get(JAVA_BYTE, from + i) & mask);
      sums.setAtIndex(JAVA_INT_UNALIGNED, i, sum);
    }
  }

  @Override
  public WindowLoop largest(boolean isSigned) {
    return new Largest(isSigned);
  }

  private record Largest(boolean isSigned) implements WindowLoop {
    @Override
    public void window(
        MemorySegment src,
        long at,
        int planes,
        long planeStride,
        int rows,
        long rowStride,
        int columns,
        long columnStride,
        MemorySegment dst,
        long to,
        int channels,
        float alpha,
        float scale) {
      // With the sign bit turned, what has no sign is in the order of what has one.
      int turned = isSigned ? 0 : 0x80;
      for (int c = 0; c < channels; c++) {
        byte most = Byte.MIN_VALUE;
        for (int p = 0; p < planes; p++) {
          for (int r = 0; r < rows; r++) {
            long begin = at + c + p * planeStride + r * rowStride;
            for (int k = 0; k < columns; k++) {
              byte x = (byte) (src.get(JAVA_BYTE, begin + k * columnStride) ^ turned);
              most = x > most ? x : most;
            }
          }
        }
        dst.set(JAVA_BYTE, to + c, (byte) (most ^ turned));
      }
    }
  }
}

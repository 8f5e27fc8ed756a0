package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One sum after the other, in double precision. */
record ScalarFoldLoop(FoldFunction function) implements FoldLoop {
  @Override
  public float row(MemorySegment src, long at, int count, float alpha) {
    double sum = function.initial();
    for (int i = 0; i < count; i++) {
      sum = function.accumulate(sum, src.getAtIndex(JAVA_FLOAT_UNALIGNED, at + i), alpha);
    }
    return (float) sum;
  }

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
    for (int c = 0; c < channels; c++) {
      double sum = function.initial();
      for (int p = 0; p < planes; p++) {
        for (int r = 0; r < rows; r++) {
          long begin = at + c + p * planeStride + r * rowStride;
          for (int k = 0; k < columns; k++) {
            float x = src.getAtIndex(JAVA_FLOAT_UNALIGNED, begin + k * columnStride);
            sum = function.accumulate(sum, x, alpha);
          }
        }
      }
      dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + c, (float) (sum * scale));
    }
  }

  @Override
  public void squares(
      MemorySegment src,
      long at,
      int windows,
      long step,
      long rowStride,
      long columnStride,
      MemorySegment dst,
      long to,
      int channels,
      float scale) {
    for (int i = 0; i < windows; i++) {
      window(
          src,
          at + i * step,
          1,
          0,
          2,
          rowStride,
          2,
          columnStride,
          dst,
          to + (long) i * channels,
          channels,
          0,
          scale);
    }
  }
}

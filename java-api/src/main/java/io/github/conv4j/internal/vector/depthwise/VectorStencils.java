package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Rows of a depthwise convolution, straight from memory: channels are the lanes, neighbouring
 * pixels share the source vectors that they both see. Vectors never pass between methods, which
 * would put them on the heap.
 */
final class VectorStencils {
  private VectorStencils() {}

  static void run(DepthwiseRow row, MemorySegment src, MemorySegment dst) {
    boolean three = row.tapCount == 3 && row.tapFrom == 0;
    boolean stride1 = three && row.pixelStep == row.tapStep;
    boolean stride2 = three && row.pixelStep == 2 * row.tapStep;
    for (int c = 0; c < row.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      int channel = Math.min(c, row.channelCount - LANES);
      if (stride1 && row.count >= 4 && row.rowCount == 3) {
        pixels4Taps3x3Stride1(row, src, dst, channel);
      } else if (stride2 && row.count >= 4 && row.rowCount == 3) {
        pixels4Taps3x3Stride2(row, src, dst, channel);
      } else if (row.count >= 4) {
        pixels4(row, src, dst, channel);
      } else {
        pixels1(row, src, dst, channel);
      }
    }
  }

  /** Blocks of 4 pixels, three rows of three taps, stride 1: all weights stay in registers. */
  private static void pixels4Taps3x3Stride1(
      DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    long pixelElements = row.pixelStep;
    long dstElements = row.dstStep;
    long dstBegin = row.dstOffset + channel;
    long begin0 = row.rows[0] + row.first + channel;
    long begin1 = row.rows[1] + row.first + channel;
    long begin2 = row.rows[2] + row.first + channel;
    FloatVector bias = FloatVector.fromArray(SPECIES, row.bias, channel);
    int weightsAt0 = row.rowTaps[0] * channels + channel;
    FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt0);
    FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + channels);
    FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + 2 * channels);
    int weightsAt1 = row.rowTaps[1] * channels + channel;
    FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt1);
    FloatVector weights11 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + channels);
    FloatVector weights12 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + 2 * channels);
    int weightsAt2 = row.rowTaps[2] * channels + channel;
    FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, weightsAt2);
    FloatVector weights21 = FloatVector.fromArray(SPECIES, packed, weightsAt2 + channels);
    FloatVector weights22 = FloatVector.fromArray(SPECIES, packed, weightsAt2 + 2 * channels);
    long tapStep = row.tapStep * Float.BYTES;
    long dstStep = dstElements * Float.BYTES;
    int last = count - 4;
    for (int p = 0; p < count; p += 4) {
      // The last block begins early rather than reach beyond the last pixel.
      long pixel = Math.min(p, last);
      FloatVector sum0 = bias;
      FloatVector sum1 = bias;
      FloatVector sum2 = bias;
      FloatVector sum3 = bias;
      long at0 = (begin0 + pixel * pixelElements) * Float.BYTES;
      FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, at0, ORDER);
      sum0 = value.fma(weights00, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + tapStep, ORDER);
      sum0 = value.fma(weights01, sum0);
      sum1 = value.fma(weights00, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 2 * tapStep, ORDER);
      sum0 = value.fma(weights02, sum0);
      sum1 = value.fma(weights01, sum1);
      sum2 = value.fma(weights00, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 3 * tapStep, ORDER);
      sum1 = value.fma(weights02, sum1);
      sum2 = value.fma(weights01, sum2);
      sum3 = value.fma(weights00, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 4 * tapStep, ORDER);
      sum2 = value.fma(weights02, sum2);
      sum3 = value.fma(weights01, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights02, sum3);
      long at1 = (begin1 + pixel * pixelElements) * Float.BYTES;
      value = FloatVector.fromMemorySegment(SPECIES, src, at1, ORDER);
      sum0 = value.fma(weights10, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + tapStep, ORDER);
      sum0 = value.fma(weights11, sum0);
      sum1 = value.fma(weights10, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 2 * tapStep, ORDER);
      sum0 = value.fma(weights12, sum0);
      sum1 = value.fma(weights11, sum1);
      sum2 = value.fma(weights10, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 3 * tapStep, ORDER);
      sum1 = value.fma(weights12, sum1);
      sum2 = value.fma(weights11, sum2);
      sum3 = value.fma(weights10, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 4 * tapStep, ORDER);
      sum2 = value.fma(weights12, sum2);
      sum3 = value.fma(weights11, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights12, sum3);
      long at2 = (begin2 + pixel * pixelElements) * Float.BYTES;
      value = FloatVector.fromMemorySegment(SPECIES, src, at2, ORDER);
      sum0 = value.fma(weights20, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + tapStep, ORDER);
      sum0 = value.fma(weights21, sum0);
      sum1 = value.fma(weights20, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 2 * tapStep, ORDER);
      sum0 = value.fma(weights22, sum0);
      sum1 = value.fma(weights21, sum1);
      sum2 = value.fma(weights20, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 3 * tapStep, ORDER);
      sum1 = value.fma(weights22, sum1);
      sum2 = value.fma(weights21, sum2);
      sum3 = value.fma(weights20, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 4 * tapStep, ORDER);
      sum2 = value.fma(weights22, sum2);
      sum3 = value.fma(weights21, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights22, sum3);
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
    }
  }

  /** Blocks of 4 pixels, three rows of three taps, stride 2: all weights stay in registers. */
  private static void pixels4Taps3x3Stride2(
      DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    long pixelElements = row.pixelStep;
    long dstElements = row.dstStep;
    long dstBegin = row.dstOffset + channel;
    long begin0 = row.rows[0] + row.first + channel;
    long begin1 = row.rows[1] + row.first + channel;
    long begin2 = row.rows[2] + row.first + channel;
    FloatVector bias = FloatVector.fromArray(SPECIES, row.bias, channel);
    int weightsAt0 = row.rowTaps[0] * channels + channel;
    FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt0);
    FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + channels);
    FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + 2 * channels);
    int weightsAt1 = row.rowTaps[1] * channels + channel;
    FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt1);
    FloatVector weights11 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + channels);
    FloatVector weights12 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + 2 * channels);
    int weightsAt2 = row.rowTaps[2] * channels + channel;
    FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, weightsAt2);
    FloatVector weights21 = FloatVector.fromArray(SPECIES, packed, weightsAt2 + channels);
    FloatVector weights22 = FloatVector.fromArray(SPECIES, packed, weightsAt2 + 2 * channels);
    long tapStep = row.tapStep * Float.BYTES;
    long dstStep = dstElements * Float.BYTES;
    int last = count - 4;
    for (int p = 0; p < count; p += 4) {
      // The last block begins early rather than reach beyond the last pixel.
      long pixel = Math.min(p, last);
      FloatVector sum0 = bias;
      FloatVector sum1 = bias;
      FloatVector sum2 = bias;
      FloatVector sum3 = bias;
      long at0 = (begin0 + pixel * pixelElements) * Float.BYTES;
      FloatVector value = FloatVector.fromMemorySegment(SPECIES, src, at0, ORDER);
      sum0 = value.fma(weights00, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + tapStep, ORDER);
      sum0 = value.fma(weights01, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 2 * tapStep, ORDER);
      sum0 = value.fma(weights02, sum0);
      sum1 = value.fma(weights00, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 3 * tapStep, ORDER);
      sum1 = value.fma(weights01, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 4 * tapStep, ORDER);
      sum1 = value.fma(weights02, sum1);
      sum2 = value.fma(weights00, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 5 * tapStep, ORDER);
      sum2 = value.fma(weights01, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 6 * tapStep, ORDER);
      sum2 = value.fma(weights02, sum2);
      sum3 = value.fma(weights00, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 7 * tapStep, ORDER);
      sum3 = value.fma(weights01, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 8 * tapStep, ORDER);
      sum3 = value.fma(weights02, sum3);
      long at1 = (begin1 + pixel * pixelElements) * Float.BYTES;
      value = FloatVector.fromMemorySegment(SPECIES, src, at1, ORDER);
      sum0 = value.fma(weights10, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + tapStep, ORDER);
      sum0 = value.fma(weights11, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 2 * tapStep, ORDER);
      sum0 = value.fma(weights12, sum0);
      sum1 = value.fma(weights10, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 3 * tapStep, ORDER);
      sum1 = value.fma(weights11, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 4 * tapStep, ORDER);
      sum1 = value.fma(weights12, sum1);
      sum2 = value.fma(weights10, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 5 * tapStep, ORDER);
      sum2 = value.fma(weights11, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 6 * tapStep, ORDER);
      sum2 = value.fma(weights12, sum2);
      sum3 = value.fma(weights10, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 7 * tapStep, ORDER);
      sum3 = value.fma(weights11, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 8 * tapStep, ORDER);
      sum3 = value.fma(weights12, sum3);
      long at2 = (begin2 + pixel * pixelElements) * Float.BYTES;
      value = FloatVector.fromMemorySegment(SPECIES, src, at2, ORDER);
      sum0 = value.fma(weights20, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + tapStep, ORDER);
      sum0 = value.fma(weights21, sum0);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 2 * tapStep, ORDER);
      sum0 = value.fma(weights22, sum0);
      sum1 = value.fma(weights20, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 3 * tapStep, ORDER);
      sum1 = value.fma(weights21, sum1);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 4 * tapStep, ORDER);
      sum1 = value.fma(weights22, sum1);
      sum2 = value.fma(weights20, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 5 * tapStep, ORDER);
      sum2 = value.fma(weights21, sum2);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 6 * tapStep, ORDER);
      sum2 = value.fma(weights22, sum2);
      sum3 = value.fma(weights20, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 7 * tapStep, ORDER);
      sum3 = value.fma(weights21, sum3);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 8 * tapStep, ORDER);
      sum3 = value.fma(weights22, sum3);
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
    }
  }

  /** Blocks of 4 neighbouring pixels, any taps. */
  private static void pixels4(DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    long[] rows = row.rows;
    int[] rowTaps = row.rowTaps;
    int rowCount = row.rowCount;
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    int tapFrom = row.tapFrom;
    int tapCount = row.tapCount;
    long begin = row.first + channel;
    long pixelElements = row.pixelStep;
    long dstBegin = row.dstOffset + channel;
    long dstElements = row.dstStep;
    FloatVector bias = FloatVector.fromArray(SPECIES, row.bias, channel);
    long tapStep = row.tapStep * Float.BYTES;
    long pixelStep = pixelElements * Float.BYTES;
    long dstStep = dstElements * Float.BYTES;
    int last = count - 4;
    for (int p = 0; p < count; p += 4) {
      long pixel = Math.min(p, last);
      long first = begin + pixel * pixelElements;
      FloatVector sum0 = bias;
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      for (int r = 0; r < rowCount; r++) {
        long at = (rows[r] + first) * Float.BYTES;
        int weightsAt = (rowTaps[r] + tapFrom) * channels + channel;
        for (int t = 0; t < tapCount; t++) {
          FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
          sum0 = FloatVector.fromMemorySegment(SPECIES, src, at, ORDER).fma(weights, sum0);
          sum1 =
              FloatVector.fromMemorySegment(SPECIES, src, at + pixelStep, ORDER).fma(weights, sum1);
          sum2 =
              FloatVector.fromMemorySegment(SPECIES, src, at + 2 * pixelStep, ORDER)
                  .fma(weights, sum2);
          sum3 =
              FloatVector.fromMemorySegment(SPECIES, src, at + 3 * pixelStep, ORDER)
                  .fma(weights, sum3);
          at += tapStep;
          weightsAt += channels;
        }
      }
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
    }
  }

  /** One pixel after the other, any taps. */
  private static void pixels1(DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    long[] rows = row.rows;
    int[] rowTaps = row.rowTaps;
    int rowCount = row.rowCount;
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    int tapFrom = row.tapFrom;
    int tapCount = row.tapCount;
    long begin = row.first + channel;
    long pixelElements = row.pixelStep;
    long dstBegin = row.dstOffset + channel;
    long dstElements = row.dstStep;
    FloatVector bias = FloatVector.fromArray(SPECIES, row.bias, channel);
    long tapStep = row.tapStep * Float.BYTES;
    for (int p = 0; p < count; p++) {
      long pixel = p;
      long first = begin + pixel * pixelElements;
      FloatVector sum0 = bias;
      for (int r = 0; r < rowCount; r++) {
        long at = (rows[r] + first) * Float.BYTES;
        int weightsAt = (rowTaps[r] + tapFrom) * channels + channel;
        for (int t = 0; t < tapCount; t++) {
          FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
          sum0 = FloatVector.fromMemorySegment(SPECIES, src, at, ORDER).fma(weights, sum0);
          at += tapStep;
          weightsAt += channels;
        }
      }
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
    }
  }
}

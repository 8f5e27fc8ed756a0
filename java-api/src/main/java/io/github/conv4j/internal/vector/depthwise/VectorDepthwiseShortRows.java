package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Depthwise 3x3 in blocks of four pixels, for rows that are too short for {@link
 * VectorDepthwiseRows}.
 */
final class VectorDepthwiseShortRows {
  /** Pixels of a block; a row has that many at least. */
  static final int PIXELS = 4;

  private static final VectorMask<Float> ALL = SPECIES.maskAll(true);
  private static final VectorMask<Float> NONE = SPECIES.maskAll(false);

  private VectorDepthwiseShortRows() {}

  static boolean serves(Band band) {
    return band.taps == 3
        && band.count >= PIXELS
        && band.left <= 1
        && band.right <= 1
        && band.stride <= 2;
  }

  static void run(Band band, MemorySegment src, MemorySegment dst) {
    for (int c = 0; c < band.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      int channel = Math.min(c, band.channelCount - LANES);
      if (band.stride == 1) {
        taps3(band, src, dst, channel);
      } else {
        taps3Stride2(band, src, dst, channel);
      }
    }
  }

  private static void taps3(Band band, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int last = band.count - PIXELS;
    long tapStep = band.tapStep * Float.BYTES;
    long dstStep = band.dstStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long dstRowStep = band.dstRowStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, band.bias, channel);
    for (int row = 0; row < band.rows; row++) {
      int begin = band.firstTapRow(row);
      int end = band.endTapRow(row);
      for (int p = 0; p < band.count; p += PIXELS) {
        // The last block begins early rather than reach beyond the last pixel.
        int pixel = Math.min(p, last);
        int left = band.left - pixel;
        int right = band.right - (last - pixel);
        VectorMask<Float> edgeLeft = left > 0 ? ALL : NONE;
        VectorMask<Float> edgeRight = right > 0 ? ALL : NONE;
        long firstTap = left > 0 ? tapStep : 0;
        long lastTap = right > 0 ? 4 * tapStep : 5 * tapStep;
        long from =
            (band.srcBegin + pixel * band.tapStep + channel) * Float.BYTES
                + ((long) row * band.rowStride + begin) * srcRowStep;
        long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + row * dstRowStep;
        FloatVector value;
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        int weightsAt = begin * 3 * channels + channel;
        for (int tapRow = begin; tapRow < end; tapRow++) {
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + channels);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * channels);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER)
                  .blend(0, edgeLeft);
          sum0 = value.fma(weights0, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
          sum1 = value.fma(weights0, sum1);
          sum0 = value.fma(weights1, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          sum2 = value.fma(weights0, sum2);
          sum1 = value.fma(weights1, sum1);
          sum0 = value.fma(weights2, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          sum3 = value.fma(weights0, sum3);
          sum2 = value.fma(weights1, sum2);
          sum1 = value.fma(weights2, sum1);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          sum3 = value.fma(weights1, sum3);
          sum2 = value.fma(weights2, sum2);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          sum3 = value.fma(weights2, sum3);
          weightsAt += 3 * channels;
          from += srcRowStep;
        }
        sum0.intoMemorySegment(dst, to, ORDER);
        sum1.intoMemorySegment(dst, to + dstStep, ORDER);
        sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
      }
    }
  }

  private static void taps3Stride2(Band band, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int last = band.count - PIXELS;
    long tapStep = band.tapStep * Float.BYTES;
    long dstStep = band.dstStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long dstRowStep = band.dstRowStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, band.bias, channel);
    for (int row = 0; row < band.rows; row++) {
      int begin = band.firstTapRow(row);
      int end = band.endTapRow(row);
      for (int p = 0; p < band.count; p += PIXELS) {
        // The last block begins early rather than reach beyond the last pixel.
        int pixel = Math.min(p, last);
        int left = band.left - pixel * 2;
        int right = band.right - (last - pixel) * 2;
        VectorMask<Float> edgeLeft = left > 0 ? ALL : NONE;
        VectorMask<Float> edgeRight = right > 0 ? ALL : NONE;
        long firstTap = left > 0 ? tapStep : 0;
        long lastTap = right > 0 ? 7 * tapStep : 8 * tapStep;
        long from =
            (band.srcBegin + 2L * pixel * band.tapStep + channel) * Float.BYTES
                + ((long) row * band.rowStride + begin) * srcRowStep;
        long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + row * dstRowStep;
        FloatVector value;
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        int weightsAt = begin * 3 * channels + channel;
        for (int tapRow = begin; tapRow < end; tapRow++) {
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + channels);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * channels);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER)
                  .blend(0, edgeLeft);
          sum0 = value.fma(weights0, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
          sum0 = value.fma(weights1, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          sum1 = value.fma(weights0, sum1);
          sum0 = value.fma(weights2, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          sum1 = value.fma(weights1, sum1);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          sum2 = value.fma(weights0, sum2);
          sum1 = value.fma(weights2, sum1);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          sum2 = value.fma(weights1, sum2);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          sum3 = value.fma(weights0, sum3);
          sum2 = value.fma(weights2, sum2);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          sum3 = value.fma(weights1, sum3);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          sum3 = value.fma(weights2, sum3);
          weightsAt += 3 * channels;
          from += srcRowStep;
        }
        sum0.intoMemorySegment(dst, to, ORDER);
        sum1.intoMemorySegment(dst, to + dstStep, ORDER);
        sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
      }
    }
  }
}

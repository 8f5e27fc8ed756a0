package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Depthwise 3x3 and 5x5 row by row: the sums of seven neighbouring pixels stay in registers while
 * the taps of a row are taken, which share the source vectors that they see.
 */
final class VectorDepthwiseRows {
  /** Pixels of a block; a row has that many at least. */
  private static final int PIXELS = Band.LEAST_COUNT;

  private static final VectorMask<Float> ALL = SPECIES.maskAll(true);
  private static final VectorMask<Float> NONE = SPECIES.maskAll(false);

  private VectorDepthwiseRows() {}

  static void run(Band band, MemorySegment src, MemorySegment dst) {
    for (int c = 0; c < band.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      int channel = Math.min(c, band.channelCount - LANES);
      if (band.taps == 3) {
        if (band.stride == 1) {
          taps3(band, src, dst, channel);
        } else {
          taps3Stride2(band, src, dst, channel);
        }
      } else if (band.stride == 1) {
        taps5(band, src, dst, channel);
      } else {
        taps5Stride2(band, src, dst, channel);
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
        long lastTap = right > 0 ? 7 * tapStep : 8 * tapStep;
        long from =
            (band.srcBegin + pixel * band.tapStep + channel) * Float.BYTES
                + ((long) row * band.rowStride + begin) * srcRowStep;
        long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + row * dstRowStep;
        FloatVector value;
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        FloatVector sum4 = bias;
        FloatVector sum5 = bias;
        FloatVector sum6 = bias;
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
          sum4 = value.fma(weights0, sum4);
          sum3 = value.fma(weights1, sum3);
          sum2 = value.fma(weights2, sum2);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          sum5 = value.fma(weights0, sum5);
          sum4 = value.fma(weights1, sum4);
          sum3 = value.fma(weights2, sum3);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          sum6 = value.fma(weights0, sum6);
          sum5 = value.fma(weights1, sum5);
          sum4 = value.fma(weights2, sum4);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          sum6 = value.fma(weights1, sum6);
          sum5 = value.fma(weights2, sum5);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          sum6 = value.fma(weights2, sum6);
          weightsAt += 3 * channels;
          from += srcRowStep;
        }
        sum0.intoMemorySegment(dst, to, ORDER);
        sum1.intoMemorySegment(dst, to + dstStep, ORDER);
        sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
        sum4.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
        sum5.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
        sum6.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
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
        long lastTap = right > 0 ? 13 * tapStep : 14 * tapStep;
        long from =
            (band.srcBegin + 2L * pixel * band.tapStep + channel) * Float.BYTES
                + ((long) row * band.rowStride + begin) * srcRowStep;
        long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + row * dstRowStep;
        FloatVector value;
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        FloatVector sum4 = bias;
        FloatVector sum5 = bias;
        FloatVector sum6 = bias;
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
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 8 * tapStep, ORDER);
          sum4 = value.fma(weights0, sum4);
          sum3 = value.fma(weights2, sum3);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 9 * tapStep, ORDER);
          sum4 = value.fma(weights1, sum4);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 10 * tapStep, ORDER);
          sum5 = value.fma(weights0, sum5);
          sum4 = value.fma(weights2, sum4);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 11 * tapStep, ORDER);
          sum5 = value.fma(weights1, sum5);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 12 * tapStep, ORDER);
          sum6 = value.fma(weights0, sum6);
          sum5 = value.fma(weights2, sum5);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 13 * tapStep, ORDER);
          sum6 = value.fma(weights1, sum6);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          sum6 = value.fma(weights2, sum6);
          weightsAt += 3 * channels;
          from += srcRowStep;
        }
        sum0.intoMemorySegment(dst, to, ORDER);
        sum1.intoMemorySegment(dst, to + dstStep, ORDER);
        sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
        sum4.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
        sum5.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
        sum6.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
      }
    }
  }

  private static void taps5(Band band, MemorySegment src, MemorySegment dst, int channel) {
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
        VectorMask<Float> edgeLeft0 = left > 0 ? ALL : NONE;
        long firstTap0 = left > 0 ? 2 * tapStep : 0 * tapStep;
        VectorMask<Float> edgeLeft1 = left > 1 ? ALL : NONE;
        long firstTap1 = left > 1 ? 2 * tapStep : 1 * tapStep;
        VectorMask<Float> edgeRight0 = right > 1 ? ALL : NONE;
        long lastTap0 = right > 1 ? 8 * tapStep : 9 * tapStep;
        VectorMask<Float> edgeRight1 = right > 0 ? ALL : NONE;
        long lastTap1 = right > 0 ? 8 * tapStep : 10 * tapStep;
        long from =
            (band.srcBegin + pixel * band.tapStep + channel) * Float.BYTES
                + ((long) row * band.rowStride + begin) * srcRowStep;
        long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + row * dstRowStep;
        FloatVector value;
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        FloatVector sum4 = bias;
        FloatVector sum5 = bias;
        FloatVector sum6 = bias;
        int weightsAt = begin * 5 * channels + channel;
        for (int tapRow = begin; tapRow < end; tapRow++) {
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + channels);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * channels);
          FloatVector weights3 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * channels);
          FloatVector weights4 = FloatVector.fromArray(SPECIES, packed, weightsAt + 4 * channels);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap0, ORDER)
                  .blend(0, edgeLeft0);
          sum0 = value.fma(weights0, sum0);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap1, ORDER)
                  .blend(0, edgeLeft1);
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
          sum0 = value.fma(weights3, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          sum4 = value.fma(weights0, sum4);
          sum3 = value.fma(weights1, sum3);
          sum2 = value.fma(weights2, sum2);
          sum1 = value.fma(weights3, sum1);
          sum0 = value.fma(weights4, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          sum5 = value.fma(weights0, sum5);
          sum4 = value.fma(weights1, sum4);
          sum3 = value.fma(weights2, sum3);
          sum2 = value.fma(weights3, sum2);
          sum1 = value.fma(weights4, sum1);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          sum6 = value.fma(weights0, sum6);
          sum5 = value.fma(weights1, sum5);
          sum4 = value.fma(weights2, sum4);
          sum3 = value.fma(weights3, sum3);
          sum2 = value.fma(weights4, sum2);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          sum6 = value.fma(weights1, sum6);
          sum5 = value.fma(weights2, sum5);
          sum4 = value.fma(weights3, sum4);
          sum3 = value.fma(weights4, sum3);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 8 * tapStep, ORDER);
          sum6 = value.fma(weights2, sum6);
          sum5 = value.fma(weights3, sum5);
          sum4 = value.fma(weights4, sum4);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap0, ORDER)
                  .blend(0, edgeRight0);
          sum6 = value.fma(weights3, sum6);
          sum5 = value.fma(weights4, sum5);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap1, ORDER)
                  .blend(0, edgeRight1);
          sum6 = value.fma(weights4, sum6);
          weightsAt += 5 * channels;
          from += srcRowStep;
        }
        sum0.intoMemorySegment(dst, to, ORDER);
        sum1.intoMemorySegment(dst, to + dstStep, ORDER);
        sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
        sum4.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
        sum5.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
        sum6.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
      }
    }
  }

  private static void taps5Stride2(Band band, MemorySegment src, MemorySegment dst, int channel) {
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
        VectorMask<Float> edgeLeft0 = left > 0 ? ALL : NONE;
        long firstTap0 = left > 0 ? 2 * tapStep : 0 * tapStep;
        VectorMask<Float> edgeLeft1 = left > 1 ? ALL : NONE;
        long firstTap1 = left > 1 ? 2 * tapStep : 1 * tapStep;
        VectorMask<Float> edgeRight0 = right > 1 ? ALL : NONE;
        long lastTap0 = right > 1 ? 14 * tapStep : 15 * tapStep;
        VectorMask<Float> edgeRight1 = right > 0 ? ALL : NONE;
        long lastTap1 = right > 0 ? 14 * tapStep : 16 * tapStep;
        long from =
            (band.srcBegin + 2L * pixel * band.tapStep + channel) * Float.BYTES
                + ((long) row * band.rowStride + begin) * srcRowStep;
        long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + row * dstRowStep;
        FloatVector value;
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        FloatVector sum4 = bias;
        FloatVector sum5 = bias;
        FloatVector sum6 = bias;
        int weightsAt = begin * 5 * channels + channel;
        for (int tapRow = begin; tapRow < end; tapRow++) {
          FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
          FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + channels);
          FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * channels);
          FloatVector weights3 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * channels);
          FloatVector weights4 = FloatVector.fromArray(SPECIES, packed, weightsAt + 4 * channels);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap0, ORDER)
                  .blend(0, edgeLeft0);
          sum0 = value.fma(weights0, sum0);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap1, ORDER)
                  .blend(0, edgeLeft1);
          sum0 = value.fma(weights1, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          sum1 = value.fma(weights0, sum1);
          sum0 = value.fma(weights2, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          sum1 = value.fma(weights1, sum1);
          sum0 = value.fma(weights3, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          sum2 = value.fma(weights0, sum2);
          sum1 = value.fma(weights2, sum1);
          sum0 = value.fma(weights4, sum0);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          sum2 = value.fma(weights1, sum2);
          sum1 = value.fma(weights3, sum1);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          sum3 = value.fma(weights0, sum3);
          sum2 = value.fma(weights2, sum2);
          sum1 = value.fma(weights4, sum1);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          sum3 = value.fma(weights1, sum3);
          sum2 = value.fma(weights3, sum2);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 8 * tapStep, ORDER);
          sum4 = value.fma(weights0, sum4);
          sum3 = value.fma(weights2, sum3);
          sum2 = value.fma(weights4, sum2);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 9 * tapStep, ORDER);
          sum4 = value.fma(weights1, sum4);
          sum3 = value.fma(weights3, sum3);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 10 * tapStep, ORDER);
          sum5 = value.fma(weights0, sum5);
          sum4 = value.fma(weights2, sum4);
          sum3 = value.fma(weights4, sum3);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 11 * tapStep, ORDER);
          sum5 = value.fma(weights1, sum5);
          sum4 = value.fma(weights3, sum4);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 12 * tapStep, ORDER);
          sum6 = value.fma(weights0, sum6);
          sum5 = value.fma(weights2, sum5);
          sum4 = value.fma(weights4, sum4);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 13 * tapStep, ORDER);
          sum6 = value.fma(weights1, sum6);
          sum5 = value.fma(weights3, sum5);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 14 * tapStep, ORDER);
          sum6 = value.fma(weights2, sum6);
          sum5 = value.fma(weights4, sum5);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap0, ORDER)
                  .blend(0, edgeRight0);
          sum6 = value.fma(weights3, sum6);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap1, ORDER)
                  .blend(0, edgeRight1);
          sum6 = value.fma(weights4, sum6);
          weightsAt += 5 * channels;
          from += srcRowStep;
        }
        sum0.intoMemorySegment(dst, to, ORDER);
        sum1.intoMemorySegment(dst, to + dstStep, ORDER);
        sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
        sum4.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
        sum5.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
        sum6.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
      }
    }
  }
}

package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Depthwise bands pixel by pixel, for rows that are too short for blocks. */
final class VectorDepthwisePixels {
  private VectorDepthwisePixels() {}

  static void run(Band band, MemorySegment src, MemorySegment dst) {
    for (int row = 0; row < band.rows; row++) {
      for (int pixel = 0; pixel < band.count; pixel++) {
        pixel(band, row, pixel, src, dst);
      }
    }
  }

  private static void pixel(Band band, int row, int pixel, MemorySegment src, MemorySegment dst) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int taps = band.taps;
    int beginRow = band.firstTapRow(row);
    int endRow = band.endTapRow(row);
    int begin = Math.clamp(band.left - (long) pixel * band.stride, 0, taps);
    int end = taps - Math.clamp(band.right - (band.count - 1L - pixel) * band.stride, 0, taps);
    long tapStep = band.tapStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long from =
        (band.srcBegin + (long) pixel * band.stride * band.tapStep) * Float.BYTES
            + (long) row * band.rowStride * srcRowStep;
    long to = (band.dstBegin + row * band.dstRowStep + pixel * band.dstStep) * Float.BYTES;
    for (int c = 0; c < channels; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      int channel = Math.min(c, channels - LANES);
      long channelBytes = (long) channel * Float.BYTES;
      FloatVector sum = FloatVector.fromArray(SPECIES, band.bias, channel);
      for (int i = beginRow; i < endRow; i++) {
        long at = from + i * srcRowStep + channelBytes;
        int weightsAt = i * taps * channels + channel;
        for (int j = begin; j < end; j++) {
          FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt + j * channels);
          sum =
              FloatVector.fromMemorySegment(SPECIES, src, at + j * tapStep, ORDER)
                  .fma(weights, sum);
        }
      }
      sum.intoMemorySegment(dst, to + channelBytes, ORDER);
    }
  }
}

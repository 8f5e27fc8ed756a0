package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rows of 3x3 convolutions whose groups have a few channels, several groups to a vector. Vectors of
 * source channels are multiplied with weights as often as a group has channels, each time for
 * another output channel; between, the sums move on by one lane within their groups, and have come
 * round at the end. So nothing is copied, and sums, of which there are fewer, move instead of
 * sources.
 */
final class VectorGroupRows {
  /** Pixels of a block; a row has that many at least. */
  private static final int PIXELS = Band.LEAST_COUNT;

  private static final VectorMask<Float> ALL = SPECIES.maskAll(true);
  private static final VectorMask<Float> NONE = SPECIES.maskAll(false);
  private static final VectorShuffle<Float> NEXT_OF_2 = next(2, LANES);
  private static final VectorShuffle<Float> NEXT_OF_4 = next(4, LANES);
  private static final VectorShuffle<Float> NEXT_OF_8 = next(8, LANES);
  private static final VectorShuffle<Float> NEXT_OF_16 = next(16, LANES);

  private VectorGroupRows() {}

  /** Whether whole groups of so many channels fill a vector. */
  static boolean serves(int depth) {
    return Integer.bitCount(depth) == 1 && depth <= Math.min(LANES, 16);
  }

  private static VectorShuffle<Float> next(int depth, int lanes) {
    return VectorShuffle.fromOp(
        SPECIES, lane -> (lane / depth * depth + (lane + 1) % depth) % lanes);
  }

  private static VectorShuffle<Float> next(int depth) {
    return switch (depth) {
      case 2 -> NEXT_OF_2;
      case 4 -> NEXT_OF_4;
      case 8 -> NEXT_OF_8;
      default -> NEXT_OF_16;
    };
  }

  static void run(Band band, MemorySegment src, MemorySegment dst) {
    for (int c = 0; c < band.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      int channel = Math.min(c, band.channelCount - LANES);
      if (band.stride == 1) {
        stride1(band, src, dst, channel);
      } else {
        stride2(band, src, dst, channel);
      }
    }
  }

  private static void stride1(Band band, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int last = band.count - PIXELS;
    long tapStep = band.tapStep * Float.BYTES;
    long dstStep = band.dstStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long dstRowStep = band.dstRowStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, band.bias, channel);
    int depth = band.depth;
    VectorShuffle<Float> next = next(depth);
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
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        FloatVector sum4 = bias;
        FloatVector sum5 = bias;
        FloatVector sum6 = bias;
        int weightsAt = begin * depth * 3 * channels + channel;
        for (int tapRow = begin; tapRow < end; tapRow++) {
          FloatVector value0 =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER)
                  .blend(0, edgeLeft);
          FloatVector value1 = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
          FloatVector value2 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          FloatVector value3 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          FloatVector value4 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          FloatVector value5 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          FloatVector value6 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          FloatVector value7 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          FloatVector value8 =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          for (int turn = 0; turn < depth; turn++) {
            FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
            FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + channels);
            FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * channels);
            sum0 =
                sum0.rearrange(next)
                    .add(value2.fma(weights2, value1.fma(weights1, value0.mul(weights0))));
            sum1 =
                sum1.rearrange(next)
                    .add(value3.fma(weights2, value2.fma(weights1, value1.mul(weights0))));
            sum2 =
                sum2.rearrange(next)
                    .add(value4.fma(weights2, value3.fma(weights1, value2.mul(weights0))));
            sum3 =
                sum3.rearrange(next)
                    .add(value5.fma(weights2, value4.fma(weights1, value3.mul(weights0))));
            sum4 =
                sum4.rearrange(next)
                    .add(value6.fma(weights2, value5.fma(weights1, value4.mul(weights0))));
            sum5 =
                sum5.rearrange(next)
                    .add(value7.fma(weights2, value6.fma(weights1, value5.mul(weights0))));
            sum6 =
                sum6.rearrange(next)
                    .add(value8.fma(weights2, value7.fma(weights1, value6.mul(weights0))));
            weightsAt += 3 * channels;
          }
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

  private static void stride2(Band band, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int last = band.count - PIXELS;
    long tapStep = band.tapStep * Float.BYTES;
    long dstStep = band.dstStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long dstRowStep = band.dstRowStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, band.bias, channel);
    int depth = band.depth;
    VectorShuffle<Float> next = next(depth);
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
        FloatVector sum0 = bias;
        FloatVector sum1 = bias;
        FloatVector sum2 = bias;
        FloatVector sum3 = bias;
        FloatVector sum4 = bias;
        FloatVector sum5 = bias;
        FloatVector sum6 = bias;
        int weightsAt = begin * depth * 3 * channels + channel;
        for (int tapRow = begin; tapRow < end; tapRow++) {
          FloatVector value0 =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER)
                  .blend(0, edgeLeft);
          FloatVector value1 = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
          FloatVector value2 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          FloatVector value3 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          FloatVector value4 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          FloatVector value5 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          FloatVector value6 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          FloatVector value7 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          FloatVector value8 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 8 * tapStep, ORDER);
          FloatVector value9 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 9 * tapStep, ORDER);
          FloatVector value10 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 10 * tapStep, ORDER);
          FloatVector value11 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 11 * tapStep, ORDER);
          FloatVector value12 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 12 * tapStep, ORDER);
          FloatVector value13 =
              FloatVector.fromMemorySegment(SPECIES, src, from + 13 * tapStep, ORDER);
          FloatVector value14 =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          for (int turn = 0; turn < depth; turn++) {
            FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
            FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + channels);
            FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * channels);
            sum0 =
                sum0.rearrange(next)
                    .add(value2.fma(weights2, value1.fma(weights1, value0.mul(weights0))));
            sum1 =
                sum1.rearrange(next)
                    .add(value4.fma(weights2, value3.fma(weights1, value2.mul(weights0))));
            sum2 =
                sum2.rearrange(next)
                    .add(value6.fma(weights2, value5.fma(weights1, value4.mul(weights0))));
            sum3 =
                sum3.rearrange(next)
                    .add(value8.fma(weights2, value7.fma(weights1, value6.mul(weights0))));
            sum4 =
                sum4.rearrange(next)
                    .add(value10.fma(weights2, value9.fma(weights1, value8.mul(weights0))));
            sum5 =
                sum5.rearrange(next)
                    .add(value12.fma(weights2, value11.fma(weights1, value10.mul(weights0))));
            sum6 =
                sum6.rearrange(next)
                    .add(value14.fma(weights2, value13.fma(weights1, value12.mul(weights0))));
            weightsAt += 3 * channels;
          }
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

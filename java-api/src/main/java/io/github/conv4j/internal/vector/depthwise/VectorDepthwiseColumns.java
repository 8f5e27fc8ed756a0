package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Depthwise 3x3 down the columns of an image: the sums of a strip of seven pixels stay in registers
 * for all rows of outputs that a source row meets, so that it is read once. For 32 registers. Seven
 * pixels, since images are 7, 14, 28, 56 or 112 wide.
 */
final class VectorDepthwiseColumns {
  /** Pixels of a strip; a row has that many at least. */
  private static final int PIXELS = Band.LEAST_COUNT;

  private static final VectorMask<Float> ALL = SPECIES.maskAll(true);
  private static final VectorMask<Float> NONE = SPECIES.maskAll(false);

  private VectorDepthwiseColumns() {}

  static boolean serves(Band band) {
    return LANES == 16
        && band.taps == 3
        && band.rowStride == band.stride
        && band.top <= 1
        && band.bottom <= 1;
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

  /**
   * Stride 1: a source row meets the last tap row of one row of outputs, the middle one of the
   * next, the first one of the one after.
   */
  private static void stride1(Band band, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int last = band.count - PIXELS;
    long tapStep = band.tapStep * Float.BYTES;
    long dstStep = band.dstStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long dstRowStep = band.dstRowStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, band.bias, channel);
    FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, channel);
    FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, channels + channel);
    FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, 2 * channels + channel);
    FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, 3 * channels + channel);
    FloatVector weights11 = FloatVector.fromArray(SPECIES, packed, 4 * channels + channel);
    FloatVector weights12 = FloatVector.fromArray(SPECIES, packed, 5 * channels + channel);
    FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, 6 * channels + channel);
    FloatVector weights21 = FloatVector.fromArray(SPECIES, packed, 7 * channels + channel);
    FloatVector weights22 = FloatVector.fromArray(SPECIES, packed, 8 * channels + channel);
    int begin = band.top;
    int end = band.rows + 2 - band.bottom;
    for (int p = 0; p < band.count; p += PIXELS) {
      // The last strip begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      int left = band.left - pixel;
      int right = band.right - (last - pixel);
      VectorMask<Float> edgeLeft = left > 0 ? ALL : NONE;
      VectorMask<Float> edgeRight = right > 0 ? ALL : NONE;
      long firstTap = left > 0 ? tapStep : 0;
      long lastTap = right > 0 ? 7 * tapStep : 8 * tapStep;
      long from =
          (band.srcBegin + pixel * band.tapStep + channel) * Float.BYTES + begin * srcRowStep;
      long to =
          (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES + (begin - 2) * dstRowStep;
      FloatVector value;
      FloatVector sum00 = bias;
      FloatVector sum01 = bias;
      FloatVector sum02 = bias;
      FloatVector sum03 = bias;
      FloatVector sum04 = bias;
      FloatVector sum05 = bias;
      FloatVector sum06 = bias;
      FloatVector sum10 = bias;
      FloatVector sum11 = bias;
      FloatVector sum12 = bias;
      FloatVector sum13 = bias;
      FloatVector sum14 = bias;
      FloatVector sum15 = bias;
      FloatVector sum16 = bias;
      FloatVector sum20 = bias;
      FloatVector sum21 = bias;
      FloatVector sum22 = bias;
      FloatVector sum23 = bias;
      FloatVector sum24 = bias;
      FloatVector sum25 = bias;
      FloatVector sum26 = bias;
      for (int row = begin; row < end; row++) {
        value =
            FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER).blend(0, edgeLeft);
        sum00 = value.fma(weights20, sum00);
        sum10 = value.fma(weights10, sum10);
        sum20 = value.fma(weights00, sum20);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
        sum01 = value.fma(weights20, sum01);
        sum11 = value.fma(weights10, sum11);
        sum21 = value.fma(weights00, sum21);
        sum00 = value.fma(weights21, sum00);
        sum10 = value.fma(weights11, sum10);
        sum20 = value.fma(weights01, sum20);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
        sum02 = value.fma(weights20, sum02);
        sum12 = value.fma(weights10, sum12);
        sum22 = value.fma(weights00, sum22);
        sum01 = value.fma(weights21, sum01);
        sum11 = value.fma(weights11, sum11);
        sum21 = value.fma(weights01, sum21);
        sum00 = value.fma(weights22, sum00);
        sum10 = value.fma(weights12, sum10);
        sum20 = value.fma(weights02, sum20);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
        sum03 = value.fma(weights20, sum03);
        sum13 = value.fma(weights10, sum13);
        sum23 = value.fma(weights00, sum23);
        sum02 = value.fma(weights21, sum02);
        sum12 = value.fma(weights11, sum12);
        sum22 = value.fma(weights01, sum22);
        sum01 = value.fma(weights22, sum01);
        sum11 = value.fma(weights12, sum11);
        sum21 = value.fma(weights02, sum21);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
        sum04 = value.fma(weights20, sum04);
        sum14 = value.fma(weights10, sum14);
        sum24 = value.fma(weights00, sum24);
        sum03 = value.fma(weights21, sum03);
        sum13 = value.fma(weights11, sum13);
        sum23 = value.fma(weights01, sum23);
        sum02 = value.fma(weights22, sum02);
        sum12 = value.fma(weights12, sum12);
        sum22 = value.fma(weights02, sum22);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
        sum05 = value.fma(weights20, sum05);
        sum15 = value.fma(weights10, sum15);
        sum25 = value.fma(weights00, sum25);
        sum04 = value.fma(weights21, sum04);
        sum14 = value.fma(weights11, sum14);
        sum24 = value.fma(weights01, sum24);
        sum03 = value.fma(weights22, sum03);
        sum13 = value.fma(weights12, sum13);
        sum23 = value.fma(weights02, sum23);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
        sum06 = value.fma(weights20, sum06);
        sum16 = value.fma(weights10, sum16);
        sum26 = value.fma(weights00, sum26);
        sum05 = value.fma(weights21, sum05);
        sum15 = value.fma(weights11, sum15);
        sum25 = value.fma(weights01, sum25);
        sum04 = value.fma(weights22, sum04);
        sum14 = value.fma(weights12, sum14);
        sum24 = value.fma(weights02, sum24);
        value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
        sum06 = value.fma(weights21, sum06);
        sum16 = value.fma(weights11, sum16);
        sum26 = value.fma(weights01, sum26);
        sum05 = value.fma(weights22, sum05);
        sum15 = value.fma(weights12, sum15);
        sum25 = value.fma(weights02, sum25);
        value =
            FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER).blend(0, edgeRight);
        sum06 = value.fma(weights22, sum06);
        sum16 = value.fma(weights12, sum16);
        sum26 = value.fma(weights02, sum26);
        if (row >= 2) {
          sum00.intoMemorySegment(dst, to, ORDER);
          sum01.intoMemorySegment(dst, to + dstStep, ORDER);
          sum02.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
          sum03.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
          sum04.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
          sum05.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
          sum06.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
        }
        sum00 = sum10;
        sum10 = sum20;
        sum20 = bias;
        sum01 = sum11;
        sum11 = sum21;
        sum21 = bias;
        sum02 = sum12;
        sum12 = sum22;
        sum22 = bias;
        sum03 = sum13;
        sum13 = sum23;
        sum23 = bias;
        sum04 = sum14;
        sum14 = sum24;
        sum24 = bias;
        sum05 = sum15;
        sum15 = sum25;
        sum25 = bias;
        sum06 = sum16;
        sum16 = sum26;
        sum26 = bias;
        from += srcRowStep;
        to += dstRowStep;
      }
      if (band.bottom > 0) {
        sum00.intoMemorySegment(dst, to, ORDER);
        sum01.intoMemorySegment(dst, to + dstStep, ORDER);
        sum02.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
        sum03.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
        sum04.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
        sum05.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
        sum06.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
      }
    }
  }

  /**
   * Stride 2: of two source rows, one meets the last tap row of a row of outputs and the first one
   * of the next, the other one the middle tap row.
   */
  private static void stride2(Band band, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = band.packed;
    int channels = band.channelCount;
    int last = band.count - PIXELS;
    long tapStep = band.tapStep * Float.BYTES;
    long dstStep = band.dstStep * Float.BYTES;
    long srcRowStep = band.srcRowStep * Float.BYTES;
    long dstRowStep = band.dstRowStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, band.bias, channel);
    FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, channel);
    FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, channels + channel);
    FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, 2 * channels + channel);
    FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, 3 * channels + channel);
    FloatVector weights11 = FloatVector.fromArray(SPECIES, packed, 4 * channels + channel);
    FloatVector weights12 = FloatVector.fromArray(SPECIES, packed, 5 * channels + channel);
    FloatVector weights20 = FloatVector.fromArray(SPECIES, packed, 6 * channels + channel);
    FloatVector weights21 = FloatVector.fromArray(SPECIES, packed, 7 * channels + channel);
    FloatVector weights22 = FloatVector.fromArray(SPECIES, packed, 8 * channels + channel);
    int rows = band.rows;
    int first = band.top > 0 ? 1 : 0;
    int end = band.bottom > 0 ? rows : rows + 1;
    for (int p = 0; p < band.count; p += PIXELS) {
      // The last strip begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      int left = band.left - pixel * 2;
      int right = band.right - (last - pixel) * 2;
      VectorMask<Float> edgeLeft = left > 0 ? ALL : NONE;
      VectorMask<Float> edgeRight = right > 0 ? ALL : NONE;
      long firstTap = left > 0 ? tapStep : 0;
      long lastTap = right > 0 ? 13 * tapStep : 14 * tapStep;
      long from = (band.srcBegin + 2L * pixel * band.tapStep + channel) * Float.BYTES;
      long to = (band.dstBegin + pixel * band.dstStep + channel) * Float.BYTES - dstRowStep;
      FloatVector value;
      FloatVector sum00 = bias;
      FloatVector sum01 = bias;
      FloatVector sum02 = bias;
      FloatVector sum03 = bias;
      FloatVector sum04 = bias;
      FloatVector sum05 = bias;
      FloatVector sum06 = bias;
      FloatVector sum10 = bias;
      FloatVector sum11 = bias;
      FloatVector sum12 = bias;
      FloatVector sum13 = bias;
      FloatVector sum14 = bias;
      FloatVector sum15 = bias;
      FloatVector sum16 = bias;
      for (int row = 0; row <= rows; row++) {
        if (row >= first && row < end) {
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER)
                  .blend(0, edgeLeft);
          sum00 = value.fma(weights20, sum00);
          sum10 = value.fma(weights00, sum10);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
          sum00 = value.fma(weights21, sum00);
          sum10 = value.fma(weights01, sum10);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          sum01 = value.fma(weights20, sum01);
          sum11 = value.fma(weights00, sum11);
          sum00 = value.fma(weights22, sum00);
          sum10 = value.fma(weights02, sum10);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          sum01 = value.fma(weights21, sum01);
          sum11 = value.fma(weights01, sum11);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          sum02 = value.fma(weights20, sum02);
          sum12 = value.fma(weights00, sum12);
          sum01 = value.fma(weights22, sum01);
          sum11 = value.fma(weights02, sum11);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          sum02 = value.fma(weights21, sum02);
          sum12 = value.fma(weights01, sum12);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          sum03 = value.fma(weights20, sum03);
          sum13 = value.fma(weights00, sum13);
          sum02 = value.fma(weights22, sum02);
          sum12 = value.fma(weights02, sum12);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          sum03 = value.fma(weights21, sum03);
          sum13 = value.fma(weights01, sum13);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 8 * tapStep, ORDER);
          sum04 = value.fma(weights20, sum04);
          sum14 = value.fma(weights00, sum14);
          sum03 = value.fma(weights22, sum03);
          sum13 = value.fma(weights02, sum13);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 9 * tapStep, ORDER);
          sum04 = value.fma(weights21, sum04);
          sum14 = value.fma(weights01, sum14);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 10 * tapStep, ORDER);
          sum05 = value.fma(weights20, sum05);
          sum15 = value.fma(weights00, sum15);
          sum04 = value.fma(weights22, sum04);
          sum14 = value.fma(weights02, sum14);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 11 * tapStep, ORDER);
          sum05 = value.fma(weights21, sum05);
          sum15 = value.fma(weights01, sum15);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 12 * tapStep, ORDER);
          sum06 = value.fma(weights20, sum06);
          sum16 = value.fma(weights00, sum16);
          sum05 = value.fma(weights22, sum05);
          sum15 = value.fma(weights02, sum15);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 13 * tapStep, ORDER);
          sum06 = value.fma(weights21, sum06);
          sum16 = value.fma(weights01, sum16);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          sum06 = value.fma(weights22, sum06);
          sum16 = value.fma(weights02, sum16);
        }
        if (row > 0) {
          sum00.intoMemorySegment(dst, to, ORDER);
          sum01.intoMemorySegment(dst, to + dstStep, ORDER);
          sum02.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
          sum03.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
          sum04.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
          sum05.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
          sum06.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
        }
        from += srcRowStep;
        if (row < rows) {
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + firstTap, ORDER)
                  .blend(0, edgeLeft);
          sum10 = value.fma(weights10, sum10);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + tapStep, ORDER);
          sum10 = value.fma(weights11, sum10);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 2 * tapStep, ORDER);
          sum11 = value.fma(weights10, sum11);
          sum10 = value.fma(weights12, sum10);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 3 * tapStep, ORDER);
          sum11 = value.fma(weights11, sum11);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 4 * tapStep, ORDER);
          sum12 = value.fma(weights10, sum12);
          sum11 = value.fma(weights12, sum11);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 5 * tapStep, ORDER);
          sum12 = value.fma(weights11, sum12);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 6 * tapStep, ORDER);
          sum13 = value.fma(weights10, sum13);
          sum12 = value.fma(weights12, sum12);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 7 * tapStep, ORDER);
          sum13 = value.fma(weights11, sum13);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 8 * tapStep, ORDER);
          sum14 = value.fma(weights10, sum14);
          sum13 = value.fma(weights12, sum13);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 9 * tapStep, ORDER);
          sum14 = value.fma(weights11, sum14);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 10 * tapStep, ORDER);
          sum15 = value.fma(weights10, sum15);
          sum14 = value.fma(weights12, sum14);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 11 * tapStep, ORDER);
          sum15 = value.fma(weights11, sum15);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 12 * tapStep, ORDER);
          sum16 = value.fma(weights10, sum16);
          sum15 = value.fma(weights12, sum15);
          value = FloatVector.fromMemorySegment(SPECIES, src, from + 13 * tapStep, ORDER);
          sum16 = value.fma(weights11, sum16);
          value =
              FloatVector.fromMemorySegment(SPECIES, src, from + lastTap, ORDER)
                  .blend(0, edgeRight);
          sum16 = value.fma(weights12, sum16);
        }
        sum00 = sum10;
        sum10 = bias;
        sum01 = sum11;
        sum11 = bias;
        sum02 = sum12;
        sum12 = bias;
        sum03 = sum13;
        sum13 = bias;
        sum04 = sum14;
        sum14 = bias;
        sum05 = sum15;
        sum15 = bias;
        sum06 = sum16;
        sum16 = bias;
        from += srcRowStep;
        to += dstRowStep;
      }
    }
  }
}

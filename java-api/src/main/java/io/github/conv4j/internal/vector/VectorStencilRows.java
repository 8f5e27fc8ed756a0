package io.github.conv4j.internal.vector;

import static io.github.conv4j.internal.vector.VectorKernels.LANES;
import static io.github.conv4j.internal.vector.VectorKernels.ORDER;
import static io.github.conv4j.internal.vector.VectorKernels.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Whole rows of a depthwise convolution with three taps a row, straight from memory. At stride 1
 * seven neighbouring pixels make a block, since images are 7, 14, 28, 56 or 112 wide; the first and
 * the last block leave out the tap beyond the edge. A vector of channels is computed for several
 * rows of outputs before the next, so that the rows that they share come from a first-level cache.
 */
final class VectorStencilRows {
  /** Pixels of a block at stride 1; a row has that many at least. */
  private static final int DENSE_PIXELS = 7;

  /** The same at stride 2: with seven, C1 gives up on the method, and C2 is never asked. */
  private static final int APART_PIXELS = 4;

  private VectorStencilRows() {}

  static boolean serves(long pixelStep, long tapStep, int count) {
    return pixelStep == tapStep
        ? count >= DENSE_PIXELS
        : pixelStep == 2 * tapStep && count >= APART_PIXELS;
  }

  static void run(Kernels.DepthwiseRow row, MemorySegment src, MemorySegment dst) {
    boolean dense = row.pixelStep == row.tapStep;
    boolean three = row.rowCount == 3;
    for (int c = 0; c < row.channelCount; c += LANES) {
      // The last vector begins early rather than reach beyond the last channel.
      int channel = Math.min(c, row.channelCount - LANES);
      if (dense) {
        if (three) {
          rows3Stride1(row, src, dst, channel);
        } else {
          rows2Stride1(row, src, dst, channel);
        }
      } else if (three) {
        rows3Stride2(row, src, dst, channel);
      } else {
        rows2Stride2(row, src, dst, channel);
      }
    }
  }

  /** Three rows of taps, stride 1. */
  private static void rows3Stride1(
      Kernels.DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    int leftEnd = row.left ? 0 : -1;
    int last = count - DENSE_PIXELS;
    int rightBegin = row.right ? last : count;
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
    long srcRowStep = row.srcRowStep;
    long dstRowStep = row.dstRowStep;
    int rest = row.band;
    int p = 0;
    do {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      FloatVector sum0 = bias;
      FloatVector sum1 = bias;
      FloatVector sum2 = bias;
      FloatVector sum3 = bias;
      FloatVector sum4 = bias;
      FloatVector sum5 = bias;
      FloatVector sum6 = bias;
      FloatVector value;
      long at0 = (begin0 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0, ORDER);
        sum0 = value.fma(weights00, sum0);
      }
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
      sum4 = value.fma(weights00, sum4);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights02, sum3);
      sum4 = value.fma(weights01, sum4);
      sum5 = value.fma(weights00, sum5);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 6 * tapStep, ORDER);
      sum4 = value.fma(weights02, sum4);
      sum5 = value.fma(weights01, sum5);
      sum6 = value.fma(weights00, sum6);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 7 * tapStep, ORDER);
      sum5 = value.fma(weights02, sum5);
      sum6 = value.fma(weights01, sum6);
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 8 * tapStep, ORDER);
        sum6 = value.fma(weights02, sum6);
      }
      long at1 = (begin1 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1, ORDER);
        sum0 = value.fma(weights10, sum0);
      }
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
      sum4 = value.fma(weights10, sum4);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights12, sum3);
      sum4 = value.fma(weights11, sum4);
      sum5 = value.fma(weights10, sum5);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 6 * tapStep, ORDER);
      sum4 = value.fma(weights12, sum4);
      sum5 = value.fma(weights11, sum5);
      sum6 = value.fma(weights10, sum6);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 7 * tapStep, ORDER);
      sum5 = value.fma(weights12, sum5);
      sum6 = value.fma(weights11, sum6);
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 8 * tapStep, ORDER);
        sum6 = value.fma(weights12, sum6);
      }
      long at2 = (begin2 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at2, ORDER);
        sum0 = value.fma(weights20, sum0);
      }
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
      sum4 = value.fma(weights20, sum4);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights22, sum3);
      sum4 = value.fma(weights21, sum4);
      sum5 = value.fma(weights20, sum5);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 6 * tapStep, ORDER);
      sum4 = value.fma(weights22, sum4);
      sum5 = value.fma(weights21, sum5);
      sum6 = value.fma(weights20, sum6);
      value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 7 * tapStep, ORDER);
      sum5 = value.fma(weights22, sum5);
      sum6 = value.fma(weights21, sum6);
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 8 * tapStep, ORDER);
        sum6 = value.fma(weights22, sum6);
      }
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
      sum4.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
      sum5.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
      sum6.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
      p += DENSE_PIXELS;
      if (p >= count) {
        p = 0;
        rest--;
        begin0 += srcRowStep;
        begin1 += srcRowStep;
        begin2 += srcRowStep;
        dstBegin += dstRowStep;
      }
    } while (rest > 0);
  }

  /** Two rows of taps, stride 1. */
  private static void rows2Stride1(
      Kernels.DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    int leftEnd = row.left ? 0 : -1;
    int last = count - DENSE_PIXELS;
    int rightBegin = row.right ? last : count;
    long pixelElements = row.pixelStep;
    long dstElements = row.dstStep;
    long dstBegin = row.dstOffset + channel;
    long begin0 = row.rows[0] + row.first + channel;
    long begin1 = row.rows[1] + row.first + channel;
    FloatVector bias = FloatVector.fromArray(SPECIES, row.bias, channel);
    int weightsAt0 = row.rowTaps[0] * channels + channel;
    FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt0);
    FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + channels);
    FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + 2 * channels);
    int weightsAt1 = row.rowTaps[1] * channels + channel;
    FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt1);
    FloatVector weights11 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + channels);
    FloatVector weights12 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + 2 * channels);
    long tapStep = row.tapStep * Float.BYTES;
    long dstStep = dstElements * Float.BYTES;
    long srcRowStep = row.srcRowStep;
    long dstRowStep = row.dstRowStep;
    int rest = row.band;
    int p = 0;
    do {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      FloatVector sum0 = bias;
      FloatVector sum1 = bias;
      FloatVector sum2 = bias;
      FloatVector sum3 = bias;
      FloatVector sum4 = bias;
      FloatVector sum5 = bias;
      FloatVector sum6 = bias;
      FloatVector value;
      long at0 = (begin0 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0, ORDER);
        sum0 = value.fma(weights00, sum0);
      }
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
      sum4 = value.fma(weights00, sum4);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights02, sum3);
      sum4 = value.fma(weights01, sum4);
      sum5 = value.fma(weights00, sum5);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 6 * tapStep, ORDER);
      sum4 = value.fma(weights02, sum4);
      sum5 = value.fma(weights01, sum5);
      sum6 = value.fma(weights00, sum6);
      value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 7 * tapStep, ORDER);
      sum5 = value.fma(weights02, sum5);
      sum6 = value.fma(weights01, sum6);
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 8 * tapStep, ORDER);
        sum6 = value.fma(weights02, sum6);
      }
      long at1 = (begin1 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1, ORDER);
        sum0 = value.fma(weights10, sum0);
      }
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
      sum4 = value.fma(weights10, sum4);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 5 * tapStep, ORDER);
      sum3 = value.fma(weights12, sum3);
      sum4 = value.fma(weights11, sum4);
      sum5 = value.fma(weights10, sum5);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 6 * tapStep, ORDER);
      sum4 = value.fma(weights12, sum4);
      sum5 = value.fma(weights11, sum5);
      sum6 = value.fma(weights10, sum6);
      value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 7 * tapStep, ORDER);
      sum5 = value.fma(weights12, sum5);
      sum6 = value.fma(weights11, sum6);
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 8 * tapStep, ORDER);
        sum6 = value.fma(weights12, sum6);
      }
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
      sum4.intoMemorySegment(dst, to + 4 * dstStep, ORDER);
      sum5.intoMemorySegment(dst, to + 5 * dstStep, ORDER);
      sum6.intoMemorySegment(dst, to + 6 * dstStep, ORDER);
      p += DENSE_PIXELS;
      if (p >= count) {
        p = 0;
        rest--;
        begin0 += srcRowStep;
        begin1 += srcRowStep;
        dstBegin += dstRowStep;
      }
    } while (rest > 0);
  }

  /** Three rows of taps, stride 2. */
  private static void rows3Stride2(
      Kernels.DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    int leftEnd = row.left ? 0 : -1;
    int last = count - APART_PIXELS;
    int rightBegin = row.right ? last : count;
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
    long srcRowStep = row.srcRowStep;
    long dstRowStep = row.dstRowStep;
    int rest = row.band;
    int p = 0;
    do {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      FloatVector sum0 = bias;
      FloatVector sum1 = bias;
      FloatVector sum2 = bias;
      FloatVector sum3 = bias;
      FloatVector value;
      long at0 = (begin0 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0, ORDER);
        sum0 = value.fma(weights00, sum0);
      }
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
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 8 * tapStep, ORDER);
        sum3 = value.fma(weights02, sum3);
      }
      long at1 = (begin1 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1, ORDER);
        sum0 = value.fma(weights10, sum0);
      }
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
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 8 * tapStep, ORDER);
        sum3 = value.fma(weights12, sum3);
      }
      long at2 = (begin2 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at2, ORDER);
        sum0 = value.fma(weights20, sum0);
      }
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
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at2 + 8 * tapStep, ORDER);
        sum3 = value.fma(weights22, sum3);
      }
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
      p += APART_PIXELS;
      if (p >= count) {
        p = 0;
        rest--;
        begin0 += srcRowStep;
        begin1 += srcRowStep;
        begin2 += srcRowStep;
        dstBegin += dstRowStep;
      }
    } while (rest > 0);
  }

  /** Two rows of taps, stride 2. */
  private static void rows2Stride2(
      Kernels.DepthwiseRow row, MemorySegment src, MemorySegment dst, int channel) {
    float[] packed = row.packed;
    int channels = row.channelCount;
    int count = row.count;
    int leftEnd = row.left ? 0 : -1;
    int last = count - APART_PIXELS;
    int rightBegin = row.right ? last : count;
    long pixelElements = row.pixelStep;
    long dstElements = row.dstStep;
    long dstBegin = row.dstOffset + channel;
    long begin0 = row.rows[0] + row.first + channel;
    long begin1 = row.rows[1] + row.first + channel;
    FloatVector bias = FloatVector.fromArray(SPECIES, row.bias, channel);
    int weightsAt0 = row.rowTaps[0] * channels + channel;
    FloatVector weights00 = FloatVector.fromArray(SPECIES, packed, weightsAt0);
    FloatVector weights01 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + channels);
    FloatVector weights02 = FloatVector.fromArray(SPECIES, packed, weightsAt0 + 2 * channels);
    int weightsAt1 = row.rowTaps[1] * channels + channel;
    FloatVector weights10 = FloatVector.fromArray(SPECIES, packed, weightsAt1);
    FloatVector weights11 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + channels);
    FloatVector weights12 = FloatVector.fromArray(SPECIES, packed, weightsAt1 + 2 * channels);
    long tapStep = row.tapStep * Float.BYTES;
    long dstStep = dstElements * Float.BYTES;
    long srcRowStep = row.srcRowStep;
    long dstRowStep = row.dstRowStep;
    int rest = row.band;
    int p = 0;
    do {
      // The last block begins early rather than reach beyond the last pixel.
      int pixel = Math.min(p, last);
      FloatVector sum0 = bias;
      FloatVector sum1 = bias;
      FloatVector sum2 = bias;
      FloatVector sum3 = bias;
      FloatVector value;
      long at0 = (begin0 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0, ORDER);
        sum0 = value.fma(weights00, sum0);
      }
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
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at0 + 8 * tapStep, ORDER);
        sum3 = value.fma(weights02, sum3);
      }
      long at1 = (begin1 + pixel * pixelElements) * Float.BYTES;
      if (pixel > leftEnd) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1, ORDER);
        sum0 = value.fma(weights10, sum0);
      }
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
      if (pixel < rightBegin) {
        value = FloatVector.fromMemorySegment(SPECIES, src, at1 + 8 * tapStep, ORDER);
        sum3 = value.fma(weights12, sum3);
      }
      long to = (dstBegin + pixel * dstElements) * Float.BYTES;
      sum0.intoMemorySegment(dst, to, ORDER);
      sum1.intoMemorySegment(dst, to + dstStep, ORDER);
      sum2.intoMemorySegment(dst, to + 2 * dstStep, ORDER);
      sum3.intoMemorySegment(dst, to + 3 * dstStep, ORDER);
      p += APART_PIXELS;
      if (p >= count) {
        p = 0;
        rest--;
        begin0 += srcRowStep;
        begin1 += srcRowStep;
        dstBegin += dstRowStep;
      }
    } while (rest > 0);
  }
}

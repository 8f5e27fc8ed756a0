package io.github.conv4j.internal.vector.lane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sums of vectors times vectors, each lane an output channel. Seven neighbouring pixels make a
 * block, since images are 7, 14, 28, 56 or 112 wide; they share the source vectors that they both
 * see. Within a block all distances are constant, so that one range check serves many loads.
 */
final class VectorLanes {
  /** Pixels of a block. */
  private static final int PIXELS = 7;

  private VectorLanes() {}

  static void run(LaneTile tile, MemorySegment dst) {
    if (tile.columns < PIXELS) {
      if (tile.channelCount == LANES) {
        runPixels(tile, dst);
      } else {
        runPixelsMasked(tile, dst);
      }
      return;
    }
    for (int r = 0; r < tile.rows; r++) {
      for (int c = 0; c < tile.columns; c += PIXELS) {
        // The last block begins early rather than reach beyond the last pixel.
        int column = Math.min(c, tile.columns - PIXELS);
        int base = r * tile.rowPitch + column * tile.pixelPitch;
        long to = tile.dstBegin + r * tile.dstRowStep + column * tile.dstStep + tile.channel;
        runBlock(tile, base, dst, to * Float.BYTES);
      }
    }
  }

  private static void runBlock(LaneTile tile, int base, MemorySegment dst, long to) {
    if (tile.channelCount != LANES) {
      if (tile.taps == 3 && tile.pixelPitch == LANES) {
        block3Masked(tile, base, dst, to);
      } else {
        blockAnyMasked(tile, base, dst, to);
      }
    } else if (tile.taps == 3 && tile.pixelPitch == LANES) {
      block3(tile, base, dst, to);
    } else if (tile.taps == 3 && tile.pixelPitch == 2 * LANES) {
      block3Stride2(tile, base, dst, to);
    } else if (tile.taps == 5 && tile.pixelPitch == LANES) {
      block5(tile, base, dst, to);
    } else if (tile.taps == 5 && tile.pixelPitch == 2 * LANES) {
      block5Stride2(tile, base, dst, to);
    } else {
      blockAny(tile, base, dst, to);
    }
  }

  private static void runPixels(LaneTile tile, MemorySegment dst) {
    for (int r = 0; r < tile.rows; r++) {
      for (int c = 0; c < tile.columns; c++) {
        int base = r * tile.rowPitch + c * tile.pixelPitch;
        long to = tile.dstBegin + r * tile.dstRowStep + c * tile.dstStep + tile.channel;
        pixel(tile, base, dst, to * Float.BYTES);
      }
    }
  }

  private static void runPixelsMasked(LaneTile tile, MemorySegment dst) {
    for (int r = 0; r < tile.rows; r++) {
      for (int c = 0; c < tile.columns; c++) {
        int base = r * tile.rowPitch + c * tile.pixelPitch;
        long to = tile.dstBegin + r * tile.dstRowStep + c * tile.dstStep + tile.channel;
        pixelMasked(tile, base, dst, to * Float.BYTES);
      }
    }
  }

  /** Rows of three taps, stride 1. */
  private static void block3(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      int src = base + at;
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
      FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
      weightsAt += 3 * LANES;
      FloatVector value = FloatVector.fromArray(SPECIES, panel, src);
      sum0 = value.fma(weights0, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + LANES);
      sum0 = value.fma(weights1, sum0);
      sum1 = value.fma(weights0, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 2 * LANES);
      sum0 = value.fma(weights2, sum0);
      sum1 = value.fma(weights1, sum1);
      sum2 = value.fma(weights0, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 3 * LANES);
      sum1 = value.fma(weights2, sum1);
      sum2 = value.fma(weights1, sum2);
      sum3 = value.fma(weights0, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 4 * LANES);
      sum2 = value.fma(weights2, sum2);
      sum3 = value.fma(weights1, sum3);
      sum4 = value.fma(weights0, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 5 * LANES);
      sum3 = value.fma(weights2, sum3);
      sum4 = value.fma(weights1, sum4);
      sum5 = value.fma(weights0, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 6 * LANES);
      sum4 = value.fma(weights2, sum4);
      sum5 = value.fma(weights1, sum5);
      sum6 = value.fma(weights0, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 7 * LANES);
      sum5 = value.fma(weights2, sum5);
      sum6 = value.fma(weights1, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 8 * LANES);
      sum6 = value.fma(weights2, sum6);
    }
    sum0.intoMemorySegment(dst, to, ORDER);
    sum1.intoMemorySegment(dst, to + step, ORDER);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER);
  }

  /** Rows of three taps, stride 2. */
  private static void block3Stride2(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      int src = base + at;
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
      FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
      weightsAt += 3 * LANES;
      FloatVector value = FloatVector.fromArray(SPECIES, panel, src);
      sum0 = value.fma(weights0, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + LANES);
      sum0 = value.fma(weights1, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + 2 * LANES);
      sum0 = value.fma(weights2, sum0);
      sum1 = value.fma(weights0, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 3 * LANES);
      sum1 = value.fma(weights1, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 4 * LANES);
      sum1 = value.fma(weights2, sum1);
      sum2 = value.fma(weights0, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 5 * LANES);
      sum2 = value.fma(weights1, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 6 * LANES);
      sum2 = value.fma(weights2, sum2);
      sum3 = value.fma(weights0, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 7 * LANES);
      sum3 = value.fma(weights1, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 8 * LANES);
      sum3 = value.fma(weights2, sum3);
      sum4 = value.fma(weights0, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 9 * LANES);
      sum4 = value.fma(weights1, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 10 * LANES);
      sum4 = value.fma(weights2, sum4);
      sum5 = value.fma(weights0, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 11 * LANES);
      sum5 = value.fma(weights1, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 12 * LANES);
      sum5 = value.fma(weights2, sum5);
      sum6 = value.fma(weights0, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 13 * LANES);
      sum6 = value.fma(weights1, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 14 * LANES);
      sum6 = value.fma(weights2, sum6);
    }
    sum0.intoMemorySegment(dst, to, ORDER);
    sum1.intoMemorySegment(dst, to + step, ORDER);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER);
  }

  /** Rows of five taps, stride 1. */
  private static void block5(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      int src = base + at;
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
      FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
      FloatVector weights3 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * LANES);
      FloatVector weights4 = FloatVector.fromArray(SPECIES, packed, weightsAt + 4 * LANES);
      weightsAt += 5 * LANES;
      FloatVector value = FloatVector.fromArray(SPECIES, panel, src);
      sum0 = value.fma(weights0, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + LANES);
      sum0 = value.fma(weights1, sum0);
      sum1 = value.fma(weights0, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 2 * LANES);
      sum0 = value.fma(weights2, sum0);
      sum1 = value.fma(weights1, sum1);
      sum2 = value.fma(weights0, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 3 * LANES);
      sum0 = value.fma(weights3, sum0);
      sum1 = value.fma(weights2, sum1);
      sum2 = value.fma(weights1, sum2);
      sum3 = value.fma(weights0, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 4 * LANES);
      sum0 = value.fma(weights4, sum0);
      sum1 = value.fma(weights3, sum1);
      sum2 = value.fma(weights2, sum2);
      sum3 = value.fma(weights1, sum3);
      sum4 = value.fma(weights0, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 5 * LANES);
      sum1 = value.fma(weights4, sum1);
      sum2 = value.fma(weights3, sum2);
      sum3 = value.fma(weights2, sum3);
      sum4 = value.fma(weights1, sum4);
      sum5 = value.fma(weights0, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 6 * LANES);
      sum2 = value.fma(weights4, sum2);
      sum3 = value.fma(weights3, sum3);
      sum4 = value.fma(weights2, sum4);
      sum5 = value.fma(weights1, sum5);
      sum6 = value.fma(weights0, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 7 * LANES);
      sum3 = value.fma(weights4, sum3);
      sum4 = value.fma(weights3, sum4);
      sum5 = value.fma(weights2, sum5);
      sum6 = value.fma(weights1, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 8 * LANES);
      sum4 = value.fma(weights4, sum4);
      sum5 = value.fma(weights3, sum5);
      sum6 = value.fma(weights2, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 9 * LANES);
      sum5 = value.fma(weights4, sum5);
      sum6 = value.fma(weights3, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 10 * LANES);
      sum6 = value.fma(weights4, sum6);
    }
    sum0.intoMemorySegment(dst, to, ORDER);
    sum1.intoMemorySegment(dst, to + step, ORDER);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER);
  }

  /** Rows of five taps, stride 2. */
  private static void block5Stride2(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      int src = base + at;
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
      FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
      FloatVector weights3 = FloatVector.fromArray(SPECIES, packed, weightsAt + 3 * LANES);
      FloatVector weights4 = FloatVector.fromArray(SPECIES, packed, weightsAt + 4 * LANES);
      weightsAt += 5 * LANES;
      FloatVector value = FloatVector.fromArray(SPECIES, panel, src);
      sum0 = value.fma(weights0, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + LANES);
      sum0 = value.fma(weights1, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + 2 * LANES);
      sum0 = value.fma(weights2, sum0);
      sum1 = value.fma(weights0, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 3 * LANES);
      sum0 = value.fma(weights3, sum0);
      sum1 = value.fma(weights1, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 4 * LANES);
      sum0 = value.fma(weights4, sum0);
      sum1 = value.fma(weights2, sum1);
      sum2 = value.fma(weights0, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 5 * LANES);
      sum1 = value.fma(weights3, sum1);
      sum2 = value.fma(weights1, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 6 * LANES);
      sum1 = value.fma(weights4, sum1);
      sum2 = value.fma(weights2, sum2);
      sum3 = value.fma(weights0, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 7 * LANES);
      sum2 = value.fma(weights3, sum2);
      sum3 = value.fma(weights1, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 8 * LANES);
      sum2 = value.fma(weights4, sum2);
      sum3 = value.fma(weights2, sum3);
      sum4 = value.fma(weights0, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 9 * LANES);
      sum3 = value.fma(weights3, sum3);
      sum4 = value.fma(weights1, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 10 * LANES);
      sum3 = value.fma(weights4, sum3);
      sum4 = value.fma(weights2, sum4);
      sum5 = value.fma(weights0, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 11 * LANES);
      sum4 = value.fma(weights3, sum4);
      sum5 = value.fma(weights1, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 12 * LANES);
      sum4 = value.fma(weights4, sum4);
      sum5 = value.fma(weights2, sum5);
      sum6 = value.fma(weights0, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 13 * LANES);
      sum5 = value.fma(weights3, sum5);
      sum6 = value.fma(weights1, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 14 * LANES);
      sum5 = value.fma(weights4, sum5);
      sum6 = value.fma(weights2, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 15 * LANES);
      sum6 = value.fma(weights3, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 16 * LANES);
      sum6 = value.fma(weights4, sum6);
    }
    sum0.intoMemorySegment(dst, to, ORDER);
    sum1.intoMemorySegment(dst, to + step, ORDER);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER);
  }

  /** Rows of three taps, stride 1, fewer channels than lanes. */
  private static void block3Masked(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      int src = base + at;
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, weightsAt);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, weightsAt + LANES);
      FloatVector weights2 = FloatVector.fromArray(SPECIES, packed, weightsAt + 2 * LANES);
      weightsAt += 3 * LANES;
      FloatVector value = FloatVector.fromArray(SPECIES, panel, src);
      sum0 = value.fma(weights0, sum0);
      value = FloatVector.fromArray(SPECIES, panel, src + LANES);
      sum0 = value.fma(weights1, sum0);
      sum1 = value.fma(weights0, sum1);
      value = FloatVector.fromArray(SPECIES, panel, src + 2 * LANES);
      sum0 = value.fma(weights2, sum0);
      sum1 = value.fma(weights1, sum1);
      sum2 = value.fma(weights0, sum2);
      value = FloatVector.fromArray(SPECIES, panel, src + 3 * LANES);
      sum1 = value.fma(weights2, sum1);
      sum2 = value.fma(weights1, sum2);
      sum3 = value.fma(weights0, sum3);
      value = FloatVector.fromArray(SPECIES, panel, src + 4 * LANES);
      sum2 = value.fma(weights2, sum2);
      sum3 = value.fma(weights1, sum3);
      sum4 = value.fma(weights0, sum4);
      value = FloatVector.fromArray(SPECIES, panel, src + 5 * LANES);
      sum3 = value.fma(weights2, sum3);
      sum4 = value.fma(weights1, sum4);
      sum5 = value.fma(weights0, sum5);
      value = FloatVector.fromArray(SPECIES, panel, src + 6 * LANES);
      sum4 = value.fma(weights2, sum4);
      sum5 = value.fma(weights1, sum5);
      sum6 = value.fma(weights0, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 7 * LANES);
      sum5 = value.fma(weights2, sum5);
      sum6 = value.fma(weights1, sum6);
      value = FloatVector.fromArray(SPECIES, panel, src + 8 * LANES);
      sum6 = value.fma(weights2, sum6);
    }
    VectorMask<Float> valid = SPECIES.indexInRange(0, tile.channelCount);
    sum0.intoMemorySegment(dst, to, ORDER, valid);
    sum1.intoMemorySegment(dst, to + step, ORDER, valid);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER, valid);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER, valid);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER, valid);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER, valid);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER, valid);
  }

  /** Any taps. */
  private static void blockAny(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    int taps = tile.taps * LANES;
    int pitch = tile.pixelPitch;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      for (int src = base + at; src < base + at + taps; src += LANES) {
        FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
        weightsAt += LANES;
        sum0 = FloatVector.fromArray(SPECIES, panel, src).fma(weights, sum0);
        sum1 = FloatVector.fromArray(SPECIES, panel, src + pitch).fma(weights, sum1);
        sum2 = FloatVector.fromArray(SPECIES, panel, src + 2 * pitch).fma(weights, sum2);
        sum3 = FloatVector.fromArray(SPECIES, panel, src + 3 * pitch).fma(weights, sum3);
        sum4 = FloatVector.fromArray(SPECIES, panel, src + 4 * pitch).fma(weights, sum4);
        sum5 = FloatVector.fromArray(SPECIES, panel, src + 5 * pitch).fma(weights, sum5);
        sum6 = FloatVector.fromArray(SPECIES, panel, src + 6 * pitch).fma(weights, sum6);
      }
    }
    sum0.intoMemorySegment(dst, to, ORDER);
    sum1.intoMemorySegment(dst, to + step, ORDER);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER);
  }

  /** Any taps, fewer channels than lanes. */
  private static void blockAnyMasked(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    int taps = tile.taps * LANES;
    int pitch = tile.pixelPitch;
    long step = tile.dstStep * Float.BYTES;
    FloatVector bias = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    FloatVector sum0 = bias;
    FloatVector sum1 = bias;
    FloatVector sum2 = bias;
    FloatVector sum3 = bias;
    FloatVector sum4 = bias;
    FloatVector sum5 = bias;
    FloatVector sum6 = bias;
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      for (int src = base + at; src < base + at + taps; src += LANES) {
        FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
        weightsAt += LANES;
        sum0 = FloatVector.fromArray(SPECIES, panel, src).fma(weights, sum0);
        sum1 = FloatVector.fromArray(SPECIES, panel, src + pitch).fma(weights, sum1);
        sum2 = FloatVector.fromArray(SPECIES, panel, src + 2 * pitch).fma(weights, sum2);
        sum3 = FloatVector.fromArray(SPECIES, panel, src + 3 * pitch).fma(weights, sum3);
        sum4 = FloatVector.fromArray(SPECIES, panel, src + 4 * pitch).fma(weights, sum4);
        sum5 = FloatVector.fromArray(SPECIES, panel, src + 5 * pitch).fma(weights, sum5);
        sum6 = FloatVector.fromArray(SPECIES, panel, src + 6 * pitch).fma(weights, sum6);
      }
    }
    VectorMask<Float> valid = SPECIES.indexInRange(0, tile.channelCount);
    sum0.intoMemorySegment(dst, to, ORDER, valid);
    sum1.intoMemorySegment(dst, to + step, ORDER, valid);
    sum2.intoMemorySegment(dst, to + 2 * step, ORDER, valid);
    sum3.intoMemorySegment(dst, to + 3 * step, ORDER, valid);
    sum4.intoMemorySegment(dst, to + 4 * step, ORDER, valid);
    sum5.intoMemorySegment(dst, to + 5 * step, ORDER, valid);
    sum6.intoMemorySegment(dst, to + 6 * step, ORDER, valid);
  }

  /** One pixel, any taps. */
  private static void pixel(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    int taps = tile.taps * LANES;
    FloatVector sum = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      for (int src = base + at; src < base + at + taps; src += LANES) {
        FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
        weightsAt += LANES;
        sum = FloatVector.fromArray(SPECIES, panel, src).fma(weights, sum);
      }
    }
    sum.intoMemorySegment(dst, to, ORDER);
  }

  /** One pixel, any taps, fewer channels than lanes. */
  private static void pixelMasked(LaneTile tile, int base, MemorySegment dst, long to) {
    float[] panel = tile.panel;
    float[] packed = tile.weights;
    int[] steps = tile.steps;
    int taps = tile.taps * LANES;
    FloatVector sum = FloatVector.fromArray(SPECIES, tile.bias, tile.channel);
    int weightsAt = tile.weightsFrom;
    for (int at : steps) {
      for (int src = base + at; src < base + at + taps; src += LANES) {
        FloatVector weights = FloatVector.fromArray(SPECIES, packed, weightsAt);
        weightsAt += LANES;
        sum = FloatVector.fromArray(SPECIES, panel, src).fma(weights, sum);
      }
    }
    VectorMask<Float> valid = SPECIES.indexInRange(0, tile.channelCount);
    sum.intoMemorySegment(dst, to, ORDER, valid);
  }
}

package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.internal.vector.base.Tiling;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Blocks of a product: broadcast source values times vectors of weights.
 *
 * <p>Measured on an AVX-512 core (240 GFLOP/s peak): eight pixels times two vectors of output
 * channels reach 207 GFLOP/s from a heap panel and packed weights; larger blocks spill registers,
 * and reading the scalars to broadcast from a memory segment costs a third of the speed. There is a
 * method for each block, without branches inside: a branch that is first taken later would throw
 * the compiled method away.
 */
final class VectorProducts {
  private VectorProducts() {}

  static void run(
      float[] panel,
      int[] bases,
      int pixelCount,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom,
      int channelCount) {
    if (channelCount == 2 * LANES) {
      for (int p = 0; p < pixelCount; p += Tiling.PIXEL_BLOCK) {
        block8x2(
            panel,
            bases,
            p,
            taps,
            run,
            packed,
            packedFrom,
            bias,
            biasFrom,
            dst,
            dstOffsets,
            dstFrom);
      }
    } else if (channelCount == LANES) {
      for (int p = 0; p < pixelCount; p += Tiling.PIXEL_BLOCK) {
        block8x1(
            panel,
            bases,
            p,
            taps,
            run,
            packed,
            packedFrom,
            bias,
            biasFrom,
            dst,
            dstOffsets,
            dstFrom);
      }
    } else {
      for (int p = 0; p < pixelCount; p += Tiling.PIXEL_BLOCK) {
        block8x1Masked(
            panel,
            bases,
            p,
            taps,
            run,
            packed,
            packedFrom,
            bias,
            biasFrom,
            dst,
            dstOffsets,
            dstFrom,
            channelCount);
      }
    }
  }

  /** Eight pixels times two vectors of output channels: sixteen sums stay in registers. */
  private static void block8x2(
      float[] panel,
      int[] bases,
      int from,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom) {
    int base0 = bases[from + 0];
    int base1 = bases[from + 1];
    int base2 = bases[from + 2];
    int base3 = bases[from + 3];
    int base4 = bases[from + 4];
    int base5 = bases[from + 5];
    int base6 = bases[from + 6];
    int base7 = bases[from + 7];
    FloatVector bias0 = FloatVector.fromArray(SPECIES, bias, biasFrom);
    FloatVector bias1 = FloatVector.fromArray(SPECIES, bias, biasFrom + LANES);
    FloatVector sum00 = bias0;
    FloatVector sum01 = bias1;
    FloatVector sum10 = bias0;
    FloatVector sum11 = bias1;
    FloatVector sum20 = bias0;
    FloatVector sum21 = bias1;
    FloatVector sum30 = bias0;
    FloatVector sum31 = bias1;
    FloatVector sum40 = bias0;
    FloatVector sum41 = bias1;
    FloatVector sum50 = bias0;
    FloatVector sum51 = bias1;
    FloatVector sum60 = bias0;
    FloatVector sum61 = bias1;
    FloatVector sum70 = bias0;
    FloatVector sum71 = bias1;
    int at = packedFrom;
    for (int tap : taps) {
      for (int i = tap; i < tap + run; i++) {
        FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, at);
        FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, at + LANES);
        at += 2 * LANES;
        FloatVector src = FloatVector.broadcast(SPECIES, panel[base0 + i]);
        sum00 = src.fma(weights0, sum00);
        sum01 = src.fma(weights1, sum01);
        src = FloatVector.broadcast(SPECIES, panel[base1 + i]);
        sum10 = src.fma(weights0, sum10);
        sum11 = src.fma(weights1, sum11);
        src = FloatVector.broadcast(SPECIES, panel[base2 + i]);
        sum20 = src.fma(weights0, sum20);
        sum21 = src.fma(weights1, sum21);
        src = FloatVector.broadcast(SPECIES, panel[base3 + i]);
        sum30 = src.fma(weights0, sum30);
        sum31 = src.fma(weights1, sum31);
        src = FloatVector.broadcast(SPECIES, panel[base4 + i]);
        sum40 = src.fma(weights0, sum40);
        sum41 = src.fma(weights1, sum41);
        src = FloatVector.broadcast(SPECIES, panel[base5 + i]);
        sum50 = src.fma(weights0, sum50);
        sum51 = src.fma(weights1, sum51);
        src = FloatVector.broadcast(SPECIES, panel[base6 + i]);
        sum60 = src.fma(weights0, sum60);
        sum61 = src.fma(weights1, sum61);
        src = FloatVector.broadcast(SPECIES, panel[base7 + i]);
        sum70 = src.fma(weights0, sum70);
        sum71 = src.fma(weights1, sum71);
      }
    }
    long to0 = (long) (dstOffsets[from + 0] + dstFrom) * Float.BYTES;
    sum00.intoMemorySegment(dst, to0, ORDER);
    sum01.intoMemorySegment(dst, to0 + VECTOR_BYTES, ORDER);
    long to1 = (long) (dstOffsets[from + 1] + dstFrom) * Float.BYTES;
    sum10.intoMemorySegment(dst, to1, ORDER);
    sum11.intoMemorySegment(dst, to1 + VECTOR_BYTES, ORDER);
    long to2 = (long) (dstOffsets[from + 2] + dstFrom) * Float.BYTES;
    sum20.intoMemorySegment(dst, to2, ORDER);
    sum21.intoMemorySegment(dst, to2 + VECTOR_BYTES, ORDER);
    long to3 = (long) (dstOffsets[from + 3] + dstFrom) * Float.BYTES;
    sum30.intoMemorySegment(dst, to3, ORDER);
    sum31.intoMemorySegment(dst, to3 + VECTOR_BYTES, ORDER);
    long to4 = (long) (dstOffsets[from + 4] + dstFrom) * Float.BYTES;
    sum40.intoMemorySegment(dst, to4, ORDER);
    sum41.intoMemorySegment(dst, to4 + VECTOR_BYTES, ORDER);
    long to5 = (long) (dstOffsets[from + 5] + dstFrom) * Float.BYTES;
    sum50.intoMemorySegment(dst, to5, ORDER);
    sum51.intoMemorySegment(dst, to5 + VECTOR_BYTES, ORDER);
    long to6 = (long) (dstOffsets[from + 6] + dstFrom) * Float.BYTES;
    sum60.intoMemorySegment(dst, to6, ORDER);
    sum61.intoMemorySegment(dst, to6 + VECTOR_BYTES, ORDER);
    long to7 = (long) (dstOffsets[from + 7] + dstFrom) * Float.BYTES;
    sum70.intoMemorySegment(dst, to7, ORDER);
    sum71.intoMemorySegment(dst, to7 + VECTOR_BYTES, ORDER);
  }

  /** Eight pixels times one vector of output channels. */
  private static void block8x1(
      float[] panel,
      int[] bases,
      int from,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom) {
    int base0 = bases[from + 0];
    int base1 = bases[from + 1];
    int base2 = bases[from + 2];
    int base3 = bases[from + 3];
    int base4 = bases[from + 4];
    int base5 = bases[from + 5];
    int base6 = bases[from + 6];
    int base7 = bases[from + 7];
    FloatVector bias0 = FloatVector.fromArray(SPECIES, bias, biasFrom);
    FloatVector sum00 = bias0;
    FloatVector sum10 = bias0;
    FloatVector sum20 = bias0;
    FloatVector sum30 = bias0;
    FloatVector sum40 = bias0;
    FloatVector sum50 = bias0;
    FloatVector sum60 = bias0;
    FloatVector sum70 = bias0;
    int at = packedFrom;
    for (int tap : taps) {
      for (int i = tap; i < tap + run; i++) {
        FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, at);
        at += LANES;
        FloatVector src = FloatVector.broadcast(SPECIES, panel[base0 + i]);
        sum00 = src.fma(weights0, sum00);
        src = FloatVector.broadcast(SPECIES, panel[base1 + i]);
        sum10 = src.fma(weights0, sum10);
        src = FloatVector.broadcast(SPECIES, panel[base2 + i]);
        sum20 = src.fma(weights0, sum20);
        src = FloatVector.broadcast(SPECIES, panel[base3 + i]);
        sum30 = src.fma(weights0, sum30);
        src = FloatVector.broadcast(SPECIES, panel[base4 + i]);
        sum40 = src.fma(weights0, sum40);
        src = FloatVector.broadcast(SPECIES, panel[base5 + i]);
        sum50 = src.fma(weights0, sum50);
        src = FloatVector.broadcast(SPECIES, panel[base6 + i]);
        sum60 = src.fma(weights0, sum60);
        src = FloatVector.broadcast(SPECIES, panel[base7 + i]);
        sum70 = src.fma(weights0, sum70);
      }
    }
    long to0 = (long) (dstOffsets[from + 0] + dstFrom) * Float.BYTES;
    sum00.intoMemorySegment(dst, to0, ORDER);
    long to1 = (long) (dstOffsets[from + 1] + dstFrom) * Float.BYTES;
    sum10.intoMemorySegment(dst, to1, ORDER);
    long to2 = (long) (dstOffsets[from + 2] + dstFrom) * Float.BYTES;
    sum20.intoMemorySegment(dst, to2, ORDER);
    long to3 = (long) (dstOffsets[from + 3] + dstFrom) * Float.BYTES;
    sum30.intoMemorySegment(dst, to3, ORDER);
    long to4 = (long) (dstOffsets[from + 4] + dstFrom) * Float.BYTES;
    sum40.intoMemorySegment(dst, to4, ORDER);
    long to5 = (long) (dstOffsets[from + 5] + dstFrom) * Float.BYTES;
    sum50.intoMemorySegment(dst, to5, ORDER);
    long to6 = (long) (dstOffsets[from + 6] + dstFrom) * Float.BYTES;
    sum60.intoMemorySegment(dst, to6, ORDER);
    long to7 = (long) (dstOffsets[from + 7] + dstFrom) * Float.BYTES;
    sum70.intoMemorySegment(dst, to7, ORDER);
  }

  /** Eight pixels times fewer output channels than a vector holds. */
  private static void block8x1Masked(
      float[] panel,
      int[] bases,
      int from,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom,
      int channelCount) {
    int base0 = bases[from + 0];
    int base1 = bases[from + 1];
    int base2 = bases[from + 2];
    int base3 = bases[from + 3];
    int base4 = bases[from + 4];
    int base5 = bases[from + 5];
    int base6 = bases[from + 6];
    int base7 = bases[from + 7];
    FloatVector bias0 = FloatVector.fromArray(SPECIES, bias, biasFrom);
    FloatVector sum00 = bias0;
    FloatVector sum10 = bias0;
    FloatVector sum20 = bias0;
    FloatVector sum30 = bias0;
    FloatVector sum40 = bias0;
    FloatVector sum50 = bias0;
    FloatVector sum60 = bias0;
    FloatVector sum70 = bias0;
    int at = packedFrom;
    for (int tap : taps) {
      for (int i = tap; i < tap + run; i++) {
        FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, at);
        at += LANES;
        FloatVector src = FloatVector.broadcast(SPECIES, panel[base0 + i]);
        sum00 = src.fma(weights0, sum00);
        src = FloatVector.broadcast(SPECIES, panel[base1 + i]);
        sum10 = src.fma(weights0, sum10);
        src = FloatVector.broadcast(SPECIES, panel[base2 + i]);
        sum20 = src.fma(weights0, sum20);
        src = FloatVector.broadcast(SPECIES, panel[base3 + i]);
        sum30 = src.fma(weights0, sum30);
        src = FloatVector.broadcast(SPECIES, panel[base4 + i]);
        sum40 = src.fma(weights0, sum40);
        src = FloatVector.broadcast(SPECIES, panel[base5 + i]);
        sum50 = src.fma(weights0, sum50);
        src = FloatVector.broadcast(SPECIES, panel[base6 + i]);
        sum60 = src.fma(weights0, sum60);
        src = FloatVector.broadcast(SPECIES, panel[base7 + i]);
        sum70 = src.fma(weights0, sum70);
      }
    }
    VectorMask<Float> valid = SPECIES.indexInRange(0, channelCount);
    long to0 = (long) (dstOffsets[from + 0] + dstFrom) * Float.BYTES;
    sum00.intoMemorySegment(dst, to0, ORDER, valid);
    long to1 = (long) (dstOffsets[from + 1] + dstFrom) * Float.BYTES;
    sum10.intoMemorySegment(dst, to1, ORDER, valid);
    long to2 = (long) (dstOffsets[from + 2] + dstFrom) * Float.BYTES;
    sum20.intoMemorySegment(dst, to2, ORDER, valid);
    long to3 = (long) (dstOffsets[from + 3] + dstFrom) * Float.BYTES;
    sum30.intoMemorySegment(dst, to3, ORDER, valid);
    long to4 = (long) (dstOffsets[from + 4] + dstFrom) * Float.BYTES;
    sum40.intoMemorySegment(dst, to4, ORDER, valid);
    long to5 = (long) (dstOffsets[from + 5] + dstFrom) * Float.BYTES;
    sum50.intoMemorySegment(dst, to5, ORDER, valid);
    long to6 = (long) (dstOffsets[from + 6] + dstFrom) * Float.BYTES;
    sum60.intoMemorySegment(dst, to6, ORDER, valid);
    long to7 = (long) (dstOffsets[from + 7] + dstFrom) * Float.BYTES;
    sum70.intoMemorySegment(dst, to7, ORDER, valid);
  }
}

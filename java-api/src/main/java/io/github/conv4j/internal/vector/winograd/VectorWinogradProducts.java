package io.github.conv4j.internal.vector.winograd;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The small products of a {@link WinogradPlan}, one for each point of a tile: {@code sums[p][t][oc]
 * = sum over ic of panel[p][t][ic] * packed[p][ic][oc]}. Blocks of tiles times two vectors of
 * output channels keep their sums in registers; each is a method of its own without branches
 * inside.
 */
final class VectorWinogradProducts {
  /** Floats of a cache line. */
  private static final int LINE = 16;

  private VectorWinogradProducts() {}

  /**
   * Multiplies all points of a group of tiles.
   *
   * @param shape sizes and pitches of the arrays
   * @param tileCount tiles of the group; blocks may read and write rows up to the next block's end
   * @param packed weights {@code [point][block of two vectors of output channels][ic][channels of
   *     the block]}, where a last block may be one vector wide
   * @param ocBegin the first output channel, at the beginning of a block
   * @param ocEnd after the last output channel
   * @return a number without meaning that keeps the compiler from leaving out what it is made of
   */
  static int run(
      WinogradShape shape,
      int tileCount,
      float[] panel,
      float[] packed,
      int packedFrom,
      float[] sums,
      int ocBegin,
      int ocEnd) {
    int touched = 0;
    for (int point = 0; point < shape.points; point++) {
      int from = point * shape.panelPointStep;
      int to = point * shape.sumsPointStep;
      int pointFrom = packedFrom + point * shape.ic * shape.sumsPitch;
      int oc = ocBegin;
      for (; oc < ocEnd && oc + 2 * LANES <= shape.sumsPitch; oc += 2 * LANES) {
        int at = pointFrom + oc * shape.ic;
        if (shape.touches) {
          touched ^= touch(packed, at, shape.ic * 2 * LANES);
        }
        rows2(shape, tileCount, panel, from, packed, at, sums, to + oc);
      }
      if (oc < ocEnd) {
        rows1(shape, tileCount, panel, from, packed, pointFrom + oc * shape.ic, sums, to + oc);
      }
    }
    return touched;
  }

  /**
   * Reads one number of each cache line, as fast as memory gives them: the products wait for each
   * line in turn where weights come from a third-level cache.
   */
  private static int touch(float[] packed, int from, int count) {
    int bits0 = 0;
    int bits1 = 0;
    int bits2 = 0;
    int bits3 = 0;
    int last = from + count - 3 * LINE;
    for (int i = from; i < last; i += 4 * LINE) {
      bits0 ^= Float.floatToRawIntBits(packed[i]);
      bits1 ^= Float.floatToRawIntBits(packed[i + LINE]);
      bits2 ^= Float.floatToRawIntBits(packed[i + 2 * LINE]);
      bits3 ^= Float.floatToRawIntBits(packed[i + 3 * LINE]);
    }
    return bits0 ^ bits1 ^ bits2 ^ bits3;
  }

  private static void rows2(
      WinogradShape shape,
      int tileCount,
      float[] panel,
      int from,
      float[] packed,
      int packedFrom,
      float[] sums,
      int to) {
    int pitch = shape.panelPitch;
    int sumsPitch = shape.sumsPitch;
    int ic = shape.ic;
    int t = 0;
    // As many blocks of seven as it takes to leave whole blocks of eight.
    int sevens = WinogradShape.sevens(tileCount);
    for (; t < 7 * sevens; t += 7) {
      block7x2(
          panel,
          from + t * pitch,
          pitch,
          ic,
          packed,
          packedFrom,
          sums,
          to + t * sumsPitch,
          sumsPitch);
    }
    for (; t < tileCount; t += 8) {
      block8x2(
          panel,
          from + t * pitch,
          pitch,
          ic,
          packed,
          packedFrom,
          sums,
          to + t * sumsPitch,
          sumsPitch);
    }
  }

  private static void rows1(
      WinogradShape shape,
      int tileCount,
      float[] panel,
      int from,
      float[] packed,
      int packedFrom,
      float[] sums,
      int to) {
    int pitch = shape.panelPitch;
    int sumsPitch = shape.sumsPitch;
    int ic = shape.ic;
    for (int t = 0; t < tileCount; t += 8) {
      block8x1(
          panel,
          from + t * pitch,
          pitch,
          ic,
          packed,
          packedFrom,
          sums,
          to + t * sumsPitch,
          sumsPitch);
    }
  }

  /** Eight tiles times two vectors of output channels. */
  private static void block8x2(
      float[] panel,
      int from,
      int pitch,
      int run,
      float[] packed,
      int packedFrom,
      float[] sums,
      int to,
      int sumsPitch) {
    int base1 = from + pitch;
    int base2 = from + 2 * pitch;
    int base3 = from + 3 * pitch;
    int base4 = from + 4 * pitch;
    int base5 = from + 5 * pitch;
    int base6 = from + 6 * pitch;
    int base7 = from + 7 * pitch;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum30 = FloatVector.zero(SPECIES);
    FloatVector sum31 = FloatVector.zero(SPECIES);
    FloatVector sum40 = FloatVector.zero(SPECIES);
    FloatVector sum41 = FloatVector.zero(SPECIES);
    FloatVector sum50 = FloatVector.zero(SPECIES);
    FloatVector sum51 = FloatVector.zero(SPECIES);
    FloatVector sum60 = FloatVector.zero(SPECIES);
    FloatVector sum61 = FloatVector.zero(SPECIES);
    FloatVector sum70 = FloatVector.zero(SPECIES);
    FloatVector sum71 = FloatVector.zero(SPECIES);
    int at = packedFrom;
    for (int i = 0; i < run; i++) {
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, at);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, at + LANES);
      at += 2 * LANES;
      FloatVector src = FloatVector.broadcast(SPECIES, panel[from + i]);
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
    sum00.intoArray(sums, to);
    sum01.intoArray(sums, to + LANES);
    sum10.intoArray(sums, to + sumsPitch);
    sum11.intoArray(sums, to + sumsPitch + LANES);
    sum20.intoArray(sums, to + 2 * sumsPitch);
    sum21.intoArray(sums, to + 2 * sumsPitch + LANES);
    sum30.intoArray(sums, to + 3 * sumsPitch);
    sum31.intoArray(sums, to + 3 * sumsPitch + LANES);
    sum40.intoArray(sums, to + 4 * sumsPitch);
    sum41.intoArray(sums, to + 4 * sumsPitch + LANES);
    sum50.intoArray(sums, to + 5 * sumsPitch);
    sum51.intoArray(sums, to + 5 * sumsPitch + LANES);
    sum60.intoArray(sums, to + 6 * sumsPitch);
    sum61.intoArray(sums, to + 6 * sumsPitch + LANES);
    sum70.intoArray(sums, to + 7 * sumsPitch);
    sum71.intoArray(sums, to + 7 * sumsPitch + LANES);
  }

  /** Seven tiles times two vectors of output channels. */
  private static void block7x2(
      float[] panel,
      int from,
      int pitch,
      int run,
      float[] packed,
      int packedFrom,
      float[] sums,
      int to,
      int sumsPitch) {
    int base1 = from + pitch;
    int base2 = from + 2 * pitch;
    int base3 = from + 3 * pitch;
    int base4 = from + 4 * pitch;
    int base5 = from + 5 * pitch;
    int base6 = from + 6 * pitch;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum11 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum21 = FloatVector.zero(SPECIES);
    FloatVector sum30 = FloatVector.zero(SPECIES);
    FloatVector sum31 = FloatVector.zero(SPECIES);
    FloatVector sum40 = FloatVector.zero(SPECIES);
    FloatVector sum41 = FloatVector.zero(SPECIES);
    FloatVector sum50 = FloatVector.zero(SPECIES);
    FloatVector sum51 = FloatVector.zero(SPECIES);
    FloatVector sum60 = FloatVector.zero(SPECIES);
    FloatVector sum61 = FloatVector.zero(SPECIES);
    int at = packedFrom;
    for (int i = 0; i < run; i++) {
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, at);
      FloatVector weights1 = FloatVector.fromArray(SPECIES, packed, at + LANES);
      at += 2 * LANES;
      FloatVector src = FloatVector.broadcast(SPECIES, panel[from + i]);
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
    }
    sum00.intoArray(sums, to);
    sum01.intoArray(sums, to + LANES);
    sum10.intoArray(sums, to + sumsPitch);
    sum11.intoArray(sums, to + sumsPitch + LANES);
    sum20.intoArray(sums, to + 2 * sumsPitch);
    sum21.intoArray(sums, to + 2 * sumsPitch + LANES);
    sum30.intoArray(sums, to + 3 * sumsPitch);
    sum31.intoArray(sums, to + 3 * sumsPitch + LANES);
    sum40.intoArray(sums, to + 4 * sumsPitch);
    sum41.intoArray(sums, to + 4 * sumsPitch + LANES);
    sum50.intoArray(sums, to + 5 * sumsPitch);
    sum51.intoArray(sums, to + 5 * sumsPitch + LANES);
    sum60.intoArray(sums, to + 6 * sumsPitch);
    sum61.intoArray(sums, to + 6 * sumsPitch + LANES);
  }

  /** Eight tiles times one vector of output channels. */
  private static void block8x1(
      float[] panel,
      int from,
      int pitch,
      int run,
      float[] packed,
      int packedFrom,
      float[] sums,
      int to,
      int sumsPitch) {
    int base1 = from + pitch;
    int base2 = from + 2 * pitch;
    int base3 = from + 3 * pitch;
    int base4 = from + 4 * pitch;
    int base5 = from + 5 * pitch;
    int base6 = from + 6 * pitch;
    int base7 = from + 7 * pitch;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum10 = FloatVector.zero(SPECIES);
    FloatVector sum20 = FloatVector.zero(SPECIES);
    FloatVector sum30 = FloatVector.zero(SPECIES);
    FloatVector sum40 = FloatVector.zero(SPECIES);
    FloatVector sum50 = FloatVector.zero(SPECIES);
    FloatVector sum60 = FloatVector.zero(SPECIES);
    FloatVector sum70 = FloatVector.zero(SPECIES);
    int at = packedFrom;
    for (int i = 0; i < run; i++) {
      FloatVector weights0 = FloatVector.fromArray(SPECIES, packed, at);
      at += LANES;
      FloatVector src = FloatVector.broadcast(SPECIES, panel[from + i]);
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
    sum00.intoArray(sums, to);
    sum10.intoArray(sums, to + sumsPitch);
    sum20.intoArray(sums, to + 2 * sumsPitch);
    sum30.intoArray(sums, to + 3 * sumsPitch);
    sum40.intoArray(sums, to + 4 * sumsPitch);
    sum50.intoArray(sums, to + 5 * sumsPitch);
    sum60.intoArray(sums, to + 6 * sumsPitch);
    sum70.intoArray(sums, to + 7 * sumsPitch);
  }
}

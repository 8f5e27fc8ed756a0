package io.github.conv4j.internal.vector.winograd;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The transforms of {@link WinogradTile#OUTPUTS_4X4}, channels being the lanes; where channels are
 * left over, the last vector begins early. Steps and positions are in elements.
 */
final class VectorWinograd4 {
  /** The points are 0, A, -A, B, -B and infinity; all numbers made of them are exact in f32. */
  private static final float A = 0.625f;

  private static final float B = 1.5f;
  private static final int SIZE = 6;
  private static final int OUTPUTS = 4;

  private VectorWinograd4() {}

  /**
   * Computes {@code B^T d B} of one tile.
   *
   * @param at the first of 6x6 source pixels, all of which are there
   * @param half working memory of 36 vectors
   * @param to where the tile's channels begin in the panel, for the first point
   */
  static void input(
      MemorySegment src,
      long at,
      long rowStep,
      long pixelStep,
      int channels,
      float[] half,
      float[] panel,
      int to,
      int pointStep) {
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector minusA2 = FloatVector.broadcast(SPECIES, -A * A);
    FloatVector minusB2 = FloatVector.broadcast(SPECIES, -B * B);
    FloatVector minusSum = FloatVector.broadcast(SPECIES, -A * A - B * B);
    FloatVector product = FloatVector.broadcast(SPECIES, A * A * B * B);
    long rowBytes = rowStep * Float.BYTES;
    long pixelBytes = pixelStep * Float.BYTES;
    for (int c = 0; c < channels; c += LANES) {
      int channel = Math.min(c, channels - LANES);
      long row = (at + channel) * Float.BYTES;
      for (int i = 0; i < SIZE; i++) {
        FloatVector d0 = FloatVector.fromMemorySegment(SPECIES, src, row, ORDER);
        FloatVector d1 = FloatVector.fromMemorySegment(SPECIES, src, row + pixelBytes, ORDER);
        FloatVector d2 = FloatVector.fromMemorySegment(SPECIES, src, row + 2 * pixelBytes, ORDER);
        FloatVector d3 = FloatVector.fromMemorySegment(SPECIES, src, row + 3 * pixelBytes, ORDER);
        FloatVector d4 = FloatVector.fromMemorySegment(SPECIES, src, row + 4 * pixelBytes, ORDER);
        FloatVector d5 = FloatVector.fromMemorySegment(SPECIES, src, row + 5 * pixelBytes, ORDER);
        row += rowBytes;
        int h = i * SIZE * LANES;
        FloatVector even = d2.fma(minusB2, d4);
        FloatVector odd = d1.fma(minusB2, d3).mul(a);
        even.add(odd).intoArray(half, h + LANES);
        even.sub(odd).intoArray(half, h + 2 * LANES);
        even = d2.fma(minusA2, d4);
        odd = d1.fma(minusA2, d3).mul(b);
        even.add(odd).intoArray(half, h + 3 * LANES);
        even.sub(odd).intoArray(half, h + 4 * LANES);
        d0.fma(product, d2.fma(minusSum, d4)).intoArray(half, h);
        d1.fma(product, d3.fma(minusSum, d5)).intoArray(half, h + 5 * LANES);
      }
      int column = to + channel;
      for (int j = 0; j < SIZE; j++) {
        int h = j * LANES;
        FloatVector d0 = FloatVector.fromArray(SPECIES, half, h);
        FloatVector d1 = FloatVector.fromArray(SPECIES, half, h + SIZE * LANES);
        FloatVector d2 = FloatVector.fromArray(SPECIES, half, h + 2 * SIZE * LANES);
        FloatVector d3 = FloatVector.fromArray(SPECIES, half, h + 3 * SIZE * LANES);
        FloatVector d4 = FloatVector.fromArray(SPECIES, half, h + 4 * SIZE * LANES);
        FloatVector d5 = FloatVector.fromArray(SPECIES, half, h + 5 * SIZE * LANES);
        FloatVector even = d2.fma(minusB2, d4);
        FloatVector odd = d1.fma(minusB2, d3).mul(a);
        even.add(odd).intoArray(panel, column + SIZE * pointStep);
        even.sub(odd).intoArray(panel, column + 2 * SIZE * pointStep);
        even = d2.fma(minusA2, d4);
        odd = d1.fma(minusA2, d3).mul(b);
        even.add(odd).intoArray(panel, column + 3 * SIZE * pointStep);
        even.sub(odd).intoArray(panel, column + 4 * SIZE * pointStep);
        d0.fma(product, d2.fma(minusSum, d4)).intoArray(panel, column);
        d1.fma(product, d3.fma(minusSum, d5)).intoArray(panel, column + 5 * SIZE * pointStep);
        column += pointStep;
      }
    }
  }

  /**
   * Computes {@code A^T m A} and the bias of one tile.
   *
   * @param from where the tile's channels begin in the sums, for the first point
   * @param half working memory of 24 vectors
   * @param at the first of 4x4 outputs, all of which are there
   */
  static void output(
      float[] sums,
      int from,
      int pointStep,
      float[] bias,
      int biasFrom,
      int channels,
      float[] half,
      MemorySegment dst,
      long at,
      long rowStep,
      long pixelStep) {
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector a2 = FloatVector.broadcast(SPECIES, A * A);
    FloatVector b2 = FloatVector.broadcast(SPECIES, B * B);
    FloatVector a3 = FloatVector.broadcast(SPECIES, A * A * A);
    FloatVector b3 = FloatVector.broadcast(SPECIES, B * B * B);
    long rowBytes = rowStep * Float.BYTES;
    long pixelBytes = pixelStep * Float.BYTES;
    for (int c = 0; c < channels; c += LANES) {
      int channel = Math.min(c, channels - LANES);
      int row = from + channel;
      for (int i = 0; i < SIZE; i++) {
        FloatVector m0 = FloatVector.fromArray(SPECIES, sums, row);
        FloatVector m1 = FloatVector.fromArray(SPECIES, sums, row + pointStep);
        FloatVector m2 = FloatVector.fromArray(SPECIES, sums, row + 2 * pointStep);
        FloatVector m3 = FloatVector.fromArray(SPECIES, sums, row + 3 * pointStep);
        FloatVector m4 = FloatVector.fromArray(SPECIES, sums, row + 4 * pointStep);
        FloatVector m5 = FloatVector.fromArray(SPECIES, sums, row + 5 * pointStep);
        row += SIZE * pointStep;
        int h = i * OUTPUTS * LANES;
        FloatVector evenA = m1.add(m2);
        FloatVector oddA = m1.sub(m2);
        FloatVector evenB = m3.add(m4);
        FloatVector oddB = m3.sub(m4);
        m0.add(evenA).add(evenB).intoArray(half, h);
        oddB.fma(b, oddA.mul(a)).intoArray(half, h + LANES);
        evenB.fma(b2, evenA.mul(a2)).intoArray(half, h + 2 * LANES);
        oddB.fma(b3, oddA.fma(a3, m5)).intoArray(half, h + 3 * LANES);
      }
      FloatVector added = FloatVector.fromArray(SPECIES, bias, biasFrom + channel);
      long column = (at + channel) * Float.BYTES;
      for (int j = 0; j < OUTPUTS; j++) {
        int h = j * LANES;
        FloatVector m0 = FloatVector.fromArray(SPECIES, half, h);
        FloatVector m1 = FloatVector.fromArray(SPECIES, half, h + OUTPUTS * LANES);
        FloatVector m2 = FloatVector.fromArray(SPECIES, half, h + 2 * OUTPUTS * LANES);
        FloatVector m3 = FloatVector.fromArray(SPECIES, half, h + 3 * OUTPUTS * LANES);
        FloatVector m4 = FloatVector.fromArray(SPECIES, half, h + 4 * OUTPUTS * LANES);
        FloatVector m5 = FloatVector.fromArray(SPECIES, half, h + 5 * OUTPUTS * LANES);
        FloatVector evenA = m1.add(m2);
        FloatVector oddA = m1.sub(m2);
        FloatVector evenB = m3.add(m4);
        FloatVector oddB = m3.sub(m4);
        m0.add(evenA).add(evenB).add(added).intoMemorySegment(dst, column, ORDER);
        oddB.fma(b, oddA.fma(a, added)).intoMemorySegment(dst, column + rowBytes, ORDER);
        evenB.fma(b2, evenA.fma(a2, added)).intoMemorySegment(dst, column + 2 * rowBytes, ORDER);
        oddB.fma(b3, oddA.fma(a3, m5))
            .add(added)
            .intoMemorySegment(dst, column + 3 * rowBytes, ORDER);
        column += pixelBytes;
      }
    }
  }
}

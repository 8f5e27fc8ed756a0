package io.github.conv4j.internal.vector.winograd;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The source transform of {@link WinogradTile#OUTPUTS_4X4}, channels being the lanes; where
 * channels are left over, the last vector begins early. Steps and positions are in elements.
 */
final class VectorWinograd4 {
  /** The points are 0, A, -A, B, -B and infinity; all numbers made of them are exact in f32. */
  static final float A = 0.625f;

  static final float B = 1.5f;
  private static final int SIZE = 6;

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
}

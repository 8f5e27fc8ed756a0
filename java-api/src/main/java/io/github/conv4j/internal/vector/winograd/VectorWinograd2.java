package io.github.conv4j.internal.vector.winograd;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The source transform of {@link WinogradTile#OUTPUTS_2X2}, channels being the lanes; where
 * channels are left over, the last vector begins early. Steps and positions are in elements.
 */
final class VectorWinograd2 {
  private static final int SIZE = 4;

  private VectorWinograd2() {}

  /**
   * Computes {@code B^T d B} of one tile, for the points 0, 1, -1 and infinity.
   *
   * @param at the first of 4x4 source pixels, all of which are there
   * @param half working memory of 16 vectors
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
        row += rowBytes;
        int h = i * SIZE * LANES;
        d2.sub(d0).intoArray(half, h);
        d2.add(d1).intoArray(half, h + LANES);
        d2.sub(d1).intoArray(half, h + 2 * LANES);
        d3.sub(d1).intoArray(half, h + 3 * LANES);
      }
      int column = to + channel;
      for (int j = 0; j < SIZE; j++) {
        int h = j * LANES;
        FloatVector d0 = FloatVector.fromArray(SPECIES, half, h);
        FloatVector d1 = FloatVector.fromArray(SPECIES, half, h + SIZE * LANES);
        FloatVector d2 = FloatVector.fromArray(SPECIES, half, h + 2 * SIZE * LANES);
        FloatVector d3 = FloatVector.fromArray(SPECIES, half, h + 3 * SIZE * LANES);
        d2.sub(d0).intoArray(panel, column);
        d2.add(d1).intoArray(panel, column + SIZE * pointStep);
        d2.sub(d1).intoArray(panel, column + 2 * SIZE * pointStep);
        d3.sub(d1).intoArray(panel, column + 3 * SIZE * pointStep);
        column += pointStep;
      }
    }
  }
}

package io.github.conv4j.internal.vector.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TilingTest {
  private static final int CHANNELS = 24;

  /** Rows, columns, what a panel holds, how many pixels together, whether there are so many. */
  @ParameterizedTest
  @CsvSource({
    "3, 8, 65536, 2, true",
    "3, 7, 65536, 2, true",
    "1, 7, 65536, 2, true",
    "7, 1, 65536, 2, false",
    "3, 300, 4096, 2, true",
    "3, 301, 4096, 2, false",
    "3, 8, 65536, 4, true",
    "3, 7, 65536, 4, true",
    "1, 5, 65536, 4, true",
    "9, 3, 65536, 4, false",
    "9, 3, 65536, 1, true",
  })
  void pixelsTogetherAreNeighboursInDst(
      int rows, int columns, int mostFloats, int together, boolean expected) {
    Activation dst = dense(rows, columns);
    Tiling tiling = tiling(rows, columns, mostFloats);

    assertThat(tiling.holdsTogether(together, dst)).isEqualTo(expected);
    if (!expected) {
      return;
    }
    var covered = new boolean[rows * columns];
    var tile = new Tiling.Tile();
    for (int i = 0; i < tiling.tileCount(); i++) {
      tiling.locate(i, tile);
      int count = tile.rows() * tile.columns();
      var bases = new int[count + together * Tiling.PIXEL_BLOCK];
      var offsets = new int[count + together * Tiling.PIXEL_BLOCK];
      tiling.pixels(tile, dst, 0, together, bases, offsets);
      for (int p = 0; p < offsets.length; p++) {
        int first = p - p % together;
        assertThat(offsets[p]).as("pixel %d", p).isEqualTo(offsets[first] + (p - first) * CHANNELS);
        covered[offsets[p] / CHANNELS] = true;
      }
    }
    assertThat(covered).containsOnly(true);
  }

  @ParameterizedTest
  @CsvSource({"5, 7", "4, 8"})
  void lastPixelsAreRepeated(int rows, int columns) {
    Tiling tiling = tiling(rows, columns, Tiling.PANEL_FLOATS);
    var tile = new Tiling.Tile();
    tiling.locate(0, tile);
    int count = rows * columns;
    var bases = new int[count + Tiling.PIXEL_BLOCK];
    var offsets = new int[count + Tiling.PIXEL_BLOCK];

    tiling.pixels(tile, dense(rows, columns), 0, 1, bases, offsets);

    assertThat(Arrays.copyOfRange(offsets, count, offsets.length))
        .containsOnly((count - 1) * CHANNELS);
    assertThat(Arrays.copyOfRange(bases, count, bases.length)).containsOnly(bases[count - 1]);
  }

  private static Activation dense(int rows, int columns) {
    return Activation.of(TensorSpec.f32(Layout.NHWC, 1, CHANNELS, rows, columns));
  }

  private static Tiling tiling(int rows, int columns, int mostFloats) {
    List<Geometry.Axis> axes = List.of(axis(rows), axis(columns));
    AxisPhases.Combination phases = AxisPhases.of(axes, false, PaddingMode.ZEROS).getFirst();
    return new Tiling(phases.d(), phases.h(), phases.w(), CHANNELS, mostFloats, 1);
  }

  private static Geometry.Axis axis(int size) {
    return new Geometry.Axis(size, size, 3, 1, 1, 1, 1);
  }
}

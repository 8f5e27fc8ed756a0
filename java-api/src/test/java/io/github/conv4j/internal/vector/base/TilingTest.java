package io.github.conv4j.internal.vector.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TilingTest {
  private static final int CHANNELS = 24;

  /**
   * Rows, columns, what a panel holds, pixels of a row, columns computed: 0 if there are too few.
   */
  @ParameterizedTest
  @CsvSource({
    "3, 8, 65536, 8, 8",
    "3, 9, 65536, 8, 16",
    "1, 17, 65536, 8, 24",
    "3, 7, 65536, 8, 0",
    "7, 1, 65536, 1, 1",
    "3, 300, 4096, 16, 384",
    "3, 301, 4096, 12, 372",
    "3, 45, 2048, 16, 64",
    "3, 280, 4096, 10, 320",
    "9, 3, 65536, 1, 3",
  })
  void pixelsOfRowsAreEvenlyApart(
      int rows, int columns, int mostFloats, int pixelsOfRow, int expected) {
    Activation dst = dense(rows, columns);
    Tiling tiling = tiling(rows, columns, mostFloats);

    assertThat(tiling.columnsInBlocks(pixelsOfRow)).isEqualTo(expected);
    if (expected == 0) {
      return;
    }
    var covered = new boolean[rows * columns];
    var tile = new Tiling.Tile();
    int computed = 0;
    for (int i = 0; i < tiling.tileCount(); i++) {
      tiling.locate(i, tile);
      int most = tiling.mostPixels(pixelsOfRow) + Tiling.PIXEL_BLOCK;
      var bases = new int[most];
      var offsets = new int[most];
      int count = tiling.pixels(tile, dst, 0, pixelsOfRow, bases, offsets);
      computed += count;
      for (int p = 0; p < count; p++) {
        int first = p - p % pixelsOfRow;
        assertThat(offsets[p]).as("pixel %d", p).isEqualTo(offsets[first] + (p - first) * CHANNELS);
        assertThat(bases[p])
            .as("pixel %d", p)
            .isEqualTo(bases[first] + (p - first) * tiling.pixelDistance());
        covered[offsets[p] / CHANNELS] = true;
      }
    }
    assertThat(covered).containsOnly(true);
    assertThat(computed).isEqualTo(rows * expected);
  }

  @Test
  void neighboursInDstHaveNoGap() {
    Tiling tiling = tiling(5, 8, Tiling.PANEL_FLOATS);
    List<Geometry.Axis> axes = List.of(axis(5), new Geometry.Axis(4, 8, 2, 2, 1, 0, 0));
    AxisPhases.Combination phases = AxisPhases.of(axes, true, PaddingMode.ZEROS).getFirst();
    var everySecond =
        new Tiling(phases.d(), phases.h(), phases.w(), CHANNELS, Tiling.PANEL_FLOATS, 1);
    var gaps = Activation.of(TensorSpec.f32(Layout.strided(1200, 1, 240, 30), 1, CHANNELS, 5, 8));

    assertThat(tiling.makesNeighboursIn(dense(5, 8))).isTrue();
    assertThat(tiling.makesNeighboursIn(gaps)).isFalse();
    assertThat(everySecond.makesNeighboursIn(dense(5, 8))).isFalse();
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

package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.Tiling;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In panels of chunks each tap of each pixel finds each source channel. */
class PanelFillTest {
  private static final int CHUNK = 8;
  private static final int CHANNELS = 24;
  private static final int ROWS = 5;

  /** Columns of src, kernel, stride, dilation, padding at either side, what a panel holds. */
  @ParameterizedTest
  @CsvSource({
    "11, 3, 1, 1, 1, 65536",
    "11, 3, 2, 1, 1, 65536",
    "12, 3, 2, 1, 1, 65536",
    "13, 5, 3, 1, 2, 65536",
    "23, 3, 2, 3, 3, 65536",
    "29, 3, 5, 2, 0, 65536",
    "17, 1, 2, 1, 0, 65536",
    "17, 1, 3, 1, 1, 65536",
    "9, 2, 4, 1, 0, 65536",
    "7, 4, 1, 1, 6, 65536",
    "200, 3, 1, 1, 1, 4096",
    "211, 3, 2, 1, 1, 4096",
    "4, 3, 1, 1, 3, 65536",
    "30, 3, 1, 1, 1, 65536",
    "61, 3, 2, 1, 1, 65536",
  })
  void tapsFindTheirSource(
      int columns, int kernel, int stride, int dilation, int padding, int mostFloats) {
    for (PaddingMode mode : PaddingMode.values()) {
      if (mode == PaddingMode.ZEROS || padding < columns) {
        tapsFindTheirSource(columns, kernel, stride, dilation, padding, mostFloats, mode);
      }
    }
  }

  private static void tapsFindTheirSource(
      int columns,
      int kernel,
      int stride,
      int dilation,
      int padding,
      int mostFloats,
      PaddingMode mode) {
    int width = (columns + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
    List<Geometry.Axis> axes =
        List.of(
            new Geometry.Axis(ROWS, ROWS, 3, 1, 1, 1, 1),
            new Geometry.Axis(columns, width, kernel, stride, dilation, padding, padding));
    AxisPhases.Combination phases = AxisPhases.of(axes, false, mode).getFirst();
    Tiling tiling =
        new Tiling(phases.d(), phases.h(), phases.w(), CHANNELS, mostFloats, 1).inChunks(CHUNK);
    Activation src = Activation.of(TensorSpec.f32(Layout.NHWC, 1, CHANNELS, ROWS, columns));
    Activation dst = Activation.of(TensorSpec.f32(Layout.NHWC, 1, 1, ROWS, width));
    var fill = new PanelFill(src, mode, PanelFillTest::copy);
    float[] values = new float[CHANNELS * ROWS * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
      var panel = new float[tiling.panelFloats()];
      int most = tiling.mostPixels() + Tiling.PIXEL_BLOCK;
      var bases = new int[most];
      var outputs = new int[most];
      var tile = new Tiling.Tile();
      int[] taps = tiling.panelChunks(CHUNK, CHANNELS - CHUNK);
      for (int t = 0; t < tiling.tileCount(); t++) {
        Arrays.fill(panel, Float.NaN);
        tiling.locate(t, tile);
        fill.run(tiling, tile, from, 0, panel);
        int count = tiling.pixels(tile, dst, 0, 1, bases, outputs);
        for (int p = 0; p < count; p++) {
          for (int i = 0; i < taps.length * CHUNK; i++) {
            assertThat(panel[bases[p] + taps[i / CHUNK] + i % CHUNK])
                .as("%s, output %d, value %d", mode, outputs[p], i)
                .isEqualTo(expected(phases, mode, values, columns, outputs[p], width, i));
          }
        }
      }
    }
  }

  /** The i-th value of an output's window, of all channels but the first chunk. */
  private static float expected(
      AxisPhases.Combination phases,
      PaddingMode mode,
      float[] values,
      int columns,
      int output,
      int width,
      int i) {
    int channels = CHANNELS - CHUNK;
    int tap = i / channels;
    int perRow = phases.w().taps().length;
    long h = position(phases.h(), tap / perRow, output / width);
    long w = position(phases.w(), tap % perRow, output % width);
    long row = PaddingIndex.source(mode, h, ROWS);
    long column = PaddingIndex.source(mode, w, columns);
    return row == PaddingIndex.ZERO || column == PaddingIndex.ZERO
        ? 0
        : values[(int) ((row * columns + column) * CHANNELS + CHUNK + i % channels)];
  }

  private static long position(AxisPhase phase, int tap, int output) {
    return output * phase.srcStep() + phase.positions()[tap];
  }

  private static void copy(
      MemorySegment src,
      long begin,
      long step,
      int count,
      float[] panel,
      int to,
      int chunks,
      int distance) {
    for (int i = 0; i < count * chunks * CHUNK; i++) {
      int pixel = i / (chunks * CHUNK);
      int channel = i % (chunks * CHUNK);
      panel[to + pixel * CHUNK + channel / CHUNK * distance + channel % CHUNK] =
          src.getAtIndex(ValueLayout.JAVA_FLOAT, begin + pixel * step + channel);
    }
  }

  @Test
  void neighboursAreAChunkApartWhateverTheStride() {
    for (int stride = 1; stride <= 5; stride++) {
      List<Geometry.Axis> axes = List.of(new Geometry.Axis(60, 60 / stride, 3, stride, 1, 1, 1));
      AxisPhases.Combination phases = AxisPhases.of(axes, false, PaddingMode.ZEROS).getFirst();
      var tiling = new Tiling(phases.d(), phases.h(), phases.w(), 256, Tiling.PANEL_FLOATS, 1);

      assertThat(tiling.pixelDistance()).isEqualTo(Math.min(stride, 3) * 272);
      assertThat(tiling.inChunks(CHUNK).pixelDistance()).isEqualTo(CHUNK);
    }
  }
}

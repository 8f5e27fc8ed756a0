package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.Tiling;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Copies the windows of a tile into panels in which each lane holds the source channel that its
 * output channel sees: {@code [input channel of the group][depth][row][column][lane]}.
 */
final class LaneFill {
  private final LaneKernels kernels;
  private final Activation src;
  private final PaddingMode mode;

  LaneFill(LaneKernels kernels, Activation src, PaddingMode mode) {
    this.kernels = kernels;
    this.src = src;
    this.mode = mode;
  }

  /**
   * Fills the panels.
   *
   * @param depth how many input channels a group has
   * @param edges whether zeros beyond the edges are to be written too; they stay for other blocks
   */
  void run(
      Tiling tiling,
      Tiling.Tile tile,
      LaneBlocks.Block block,
      int depth,
      MemorySegment from,
      int n,
      boolean edges,
      LaneScratch scratch) {
    int rowFloats = tiling.panelColumns() * tiling.pitch();
    int rows = tiling.neededRows(tile);
    LaneSource source = scratch.source;
    source.planeFloats = tiling.panelFloats();
    source.rowPitch = rowFloats;
    source.rowStep = src.sh();
    source.step = src.sw();
    for (int plane = 0; plane < tiling.d().taps().length; plane++) {
      long d = PaddingIndex.source(mode, tiling.sourceDepth(tile, plane), src.d());
      int r = 0;
      while (r < rows) {
        long h = PaddingIndex.source(mode, tiling.sourceRow(tile, r), src.h());
        int at = (plane * tiling.panelRows() + r) * rowFloats;
        source.rows = 1;
        if (d == PaddingIndex.ZERO || h == PaddingIndex.ZERO) {
          zero(edges, depth, source, scratch.panel, at, rowFloats);
        } else {
          while (r + source.rows < rows
              && h + source.rows < src.h()
              && tiling.sourceRow(tile, r + source.rows) == h + source.rows) {
            source.rows++;
          }
          long row = n * src.sn() + d * src.sd() + h * src.sh() + block.srcBegin();
          fillRows(tiling, tile, block, depth, from, row, edges, source, scratch.panel, at);
        }
        r += source.rows;
      }
    }
  }

  private void fillRows(
      Tiling tiling,
      Tiling.Tile tile,
      LaneBlocks.Block block,
      int depth,
      MemorySegment from,
      long row,
      boolean edges,
      LaneSource source,
      float[] panel,
      int at) {
    AxisPhase w = tiling.w();
    int columns = w.panelLength(tile.columns());
    int piece = w.srcStep() > w.span() ? w.span() : columns;
    for (int c = 0; c < columns; c += piece) {
      long position = w.sourcePosition(tile.column(), c);
      int to = at + c * tiling.pitch();
      int before = Math.clamp(-position, 0, piece);
      int inside = Math.clamp(src.w() - Math.max(0, position), 0, piece - before);
      int after = piece - before - inside;
      border(block, depth, from, row, position, before, edges, source, panel, to);
      to += before * tiling.pitch();
      if (inside > 0) {
        source.begin = row + (position + before) * src.sw();
        source.columns = inside;
        kernels.spread(block, from, source, panel, to);
        to += inside * tiling.pitch();
      }
      border(block, depth, from, row, position + before + inside, after, edges, source, panel, to);
    }
  }

  private void border(
      LaneBlocks.Block block,
      int depth,
      MemorySegment from,
      long row,
      long position,
      int count,
      boolean edges,
      LaneSource source,
      float[] panel,
      int to) {
    if (count == 0) {
      return;
    }
    if (mode == PaddingMode.ZEROS) {
      zero(edges, depth, source, panel, to, count * kernels.lanes());
      return;
    }
    for (int i = 0; i < count; i++) {
      source.begin = row + PaddingIndex.source(mode, position + i, src.w()) * src.sw();
      source.columns = 1;
      kernels.spread(block, from, source, panel, to + i * kernels.lanes());
    }
  }

  private static void zero(
      boolean edges, int depth, LaneSource source, float[] panel, int at, int floats) {
    if (!edges) {
      return;
    }
    for (int i = 0; i < depth; i++) {
      for (int r = 0; r < source.rows; r++) {
        int begin = at + i * source.planeFloats + r * source.rowPitch;
        Arrays.fill(panel, begin, begin + floats, 0);
      }
    }
  }
}

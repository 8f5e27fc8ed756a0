package io.github.conv4j.internal.vector.product;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.Tiling;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Copies the windows of a tile into a panel, with whatever stands beyond the edges of the source.
 */
final class PanelFill {
  private final Activation src;
  private final PaddingMode mode;

  /** Null if no panel lies in chunks. */
  private final @Nullable ChunkCopyKernel chunkCopy;

  PanelFill(Activation src, PaddingMode mode, @Nullable ChunkCopyKernel chunkCopy) {
    this.src = src;
    this.mode = mode;
    this.chunkCopy = chunkCopy;
  }

  void run(Tiling tiling, Tiling.Tile tile, MemorySegment from, int n, float[] panel) {
    int rowFloats = tiling.panelColumns() * tiling.pitch();
    int rows = tiling.neededRows(tile);
    for (int plane = 0; plane < tiling.d().taps().length; plane++) {
      long d = PaddingIndex.source(mode, tiling.sourceDepth(tile, plane), src.d());
      for (int r = 0; r < rows; r++) {
        long h = PaddingIndex.source(mode, tiling.sourceRow(tile, r), src.h());
        int at = (plane * tiling.panelRows() + r) * rowFloats;
        if (d == PaddingIndex.ZERO || h == PaddingIndex.ZERO) {
          Arrays.fill(panel, at, at + rowFloats, 0);
        } else {
          long row = n * src.sn() + d * src.sd() + h * src.sh();
          if (tiling.chunk() > 0) {
            fillChunks(tiling, tile, from, row, panel, at);
          } else {
            fillRow(tiling, tile, from, row, panel, at);
          }
        }
      }
    }
  }

  private void fillRow(
      Tiling tiling, Tiling.Tile tile, MemorySegment from, long row, float[] panel, int at) {
    AxisPhase w = tiling.w();
    int columns = w.panelLength(tile.columns());
    int piece = w.srcStep() > w.span() ? w.span() : columns;
    for (int c = 0; c < columns; c += piece) {
      long position = w.sourcePosition(tile.column(), c);
      int to = at + c * tiling.pitch();
      int before = Math.clamp(-position, 0, piece);
      int inside = Math.clamp(src.w() - Math.max(0, position), 0, piece - before);
      border(from, row, position, before, panel, to, tiling.pitch());
      to += before * tiling.pitch();
      if (inside > 0) {
        copy(from, row + (position + before) * src.sw(), inside, panel, to, tiling.pitch());
        to += inside * tiling.pitch();
      }
      border(
          from,
          row,
          position + before + inside,
          piece - before - inside,
          panel,
          to,
          tiling.pitch());
    }
  }

  /** Fills what one tap of neighbouring pixels meets, and then the next. */
  private void fillChunks(
      Tiling tiling, Tiling.Tile tile, MemorySegment from, long row, float[] panel, int at) {
    AxisPhase w = tiling.w();
    long step = w.srcStep();
    for (int remainder = 0; remainder < w.panelStep(); remainder++) {
      int to = at + remainder * tiling.phaseDistance();
      int count = Math.ceilDiv(w.panelLength(tile.columns()) - remainder, w.panelStep());
      long position = w.sourcePosition(tile.column(), remainder);
      int before = Math.clamp(Math.ceilDiv(-position, step), 0, count);
      int end = Math.clamp(Math.ceilDiv(src.w() - position, step), before, count);
      for (int i = 0; i < before; i++) {
        chunksOfBorder(tiling, from, row, position + i * step, panel, to + i * tiling.chunk());
      }
      if (end > before) {
        long begin = row + (position + before * step) * src.sw();
        int target = to + before * tiling.chunk();
        copyChunks(tiling, from, begin, step * src.sw(), end - before, panel, target);
      }
      for (int i = end; i < count; i++) {
        chunksOfBorder(tiling, from, row, position + i * step, panel, to + i * tiling.chunk());
      }
    }
  }

  private void chunksOfBorder(
      Tiling tiling, MemorySegment from, long row, long position, float[] panel, int to) {
    long w = PaddingIndex.source(mode, position, src.w());
    if (w != PaddingIndex.ZERO) {
      copyChunks(tiling, from, row + w * src.sw(), 0, 1, panel, to);
      return;
    }
    for (int i = 0; i < src.c() / tiling.chunk(); i++) {
      int begin = to + i * tiling.chunkDistance();
      Arrays.fill(panel, begin, begin + tiling.chunk(), 0);
    }
  }

  private void copyChunks(
      Tiling tiling, MemorySegment from, long begin, long step, int count, float[] panel, int to) {
    int chunks = src.c() / tiling.chunk();
    Objects.requireNonNull(chunkCopy)
        .run(from, begin, step, count, panel, to, chunks, tiling.chunkDistance());
  }

  private void border(
      MemorySegment from, long row, long position, int count, float[] panel, int to, int pitch) {
    if (mode == PaddingMode.ZEROS) {
      Arrays.fill(panel, to, to + count * pitch, 0);
      return;
    }
    for (int i = 0; i < count; i++) {
      long w = PaddingIndex.source(mode, position + i, src.w());
      copy(from, row + w * src.sw(), 1, panel, to + i * pitch, pitch);
    }
  }

  /** Copies neighbouring pixels, their channels side by side. */
  private void copy(MemorySegment from, long offset, int count, float[] panel, int to, int pitch) {
    if (src.sw() == src.c() && pitch == src.c()) {
      MemorySegment.copy(from, JAVA_FLOAT, offset * Float.BYTES, panel, to, count * src.c());
    } else {
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            from,
            JAVA_FLOAT,
            (offset + i * src.sw()) * Float.BYTES,
            panel,
            to + i * pitch,
            src.c());
      }
    }
  }
}

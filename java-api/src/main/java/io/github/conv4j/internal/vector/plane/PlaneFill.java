package io.github.conv4j.internal.vector.plane;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.PaddingIndex;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Copies the windows of a tile into a panel of planes, with whatever stands beyond the edges. */
final class PlaneFill {
  /** From this many pixels on a plane is worth a call of its own. */
  private static final int LARGE = 128;

  private final PlaneKernels kernels;
  private final Activation src;
  private final PaddingMode mode;

  PlaneFill(PlaneKernels kernels, Activation src, PaddingMode mode) {
    this.kernels = kernels;
    this.src = src;
    this.mode = mode;
  }

  /**
   * Fills the planes of some channels, {@code rows} and {@code columns} being those of the tile.
   *
   * @param first where the first channel begins in the source
   */
  void run(
      PlaneTiling tiling,
      MemorySegment from,
      long first,
      int channels,
      int depth,
      int row,
      int rows,
      int column,
      int columns,
      float[] panel) {
    for (int i = 0; i < tiling.d.taps().length; i++) {
      long position = depth * tiling.d.srcStep() + tiling.d.positions()[i];
      long d = PaddingIndex.source(mode, position, src.d());
      for (int j = 0; j < tiling.h.starts().length; j++) {
        for (int k = 0; k < tiling.w.starts().length; k++) {
          int at = tiling.plane(i, j, k);
          if (d == PaddingIndex.ZERO) {
            for (int c = 0; c < channels; c++) {
              int begin = at + c * tiling.channelFloats;
              Arrays.fill(panel, begin, begin + tiling.planeFloats, 0);
            }
          } else {
            long plane = first + d * src.sd();
            fillPlanes(tiling, from, plane, channels, j, row, rows, k, column, columns, panel, at);
          }
        }
      }
    }
  }

  private void fillPlanes(
      PlaneTiling tiling,
      MemorySegment from,
      long plane,
      int channels,
      int rowPlane,
      int row,
      int rows,
      int columnPlane,
      int column,
      int columns,
      float[] panel,
      int to) {
    int pitch = tiling.pitch;
    long step = tiling.w.phase().srcStep();
    long left = tiling.w.source(columnPlane, column);
    int length = columns + tiling.w.mostShift();
    int before = Math.clamp(Math.ceilDiv(-left, step), 0, length);
    int end = Math.clamp(Math.ceilDiv(src.w() - left, step), before, length);
    long rowStep = tiling.h.phase().srcStep();
    long top = tiling.h.source(rowPlane, row);
    int height = rows + tiling.h.mostShift();
    int above = Math.clamp(Math.ceilDiv(-top, rowStep), 0, height);
    int below = Math.clamp(Math.ceilDiv(src.h() - top, rowStep), above, height);
    if (end > before && below > above) {
      long firstRow = plane + (top + above * rowStep) * src.sh() + left + before * step;
      copy(
          tiling,
          from,
          firstRow,
          rowStep * src.sh(),
          step,
          channels,
          below - above,
          end - before,
          panel,
          to + above * pitch + before,
          to + tiling.planeFloats);
    }
    for (int c = 0; c < channels; c++) {
      int at = to + c * tiling.channelFloats;
      if (mode != PaddingMode.ZEROS) {
        int bottom = needed(tiling.h, rowPlane, rows);
        int right = needed(tiling.w, columnPlane, columns);
        fillBorder(tiling, from, plane + c * src.sc(), top, bottom, left, right, panel, at);
      } else {
        clearBorder(panel, at, pitch, above, below, height, before, end, length);
      }
    }
  }

  /** Calls the copying loop along whatever is more, the rows of a plane or the channels. */
  private void copy(
      PlaneTiling tiling,
      MemorySegment from,
      long first,
      long rowStride,
      long step,
      int channels,
      int rows,
      int columns,
      float[] panel,
      int to,
      int planeEnd) {
    int pitch = tiling.pitch;
    int channelFloats = tiling.channelFloats;
    if (rows >= channels || (rows > 1 && rows * columns >= LARGE)) {
      for (int c = 0; c < channels; c++) {
        long begin = first + c * src.sc();
        int at = to + c * channelFloats;
        int room = planeEnd - to;
        kernels.load(from, begin, rowStride, step, rows, columns, panel, at, pitch, room);
      }
    } else {
      for (int r = 0; r < rows; r++) {
        long begin = first + r * rowStride;
        int at = to + r * pitch;
        int room = (channels - 1) * channelFloats + planeEnd - at;
        boolean fits = planeEnd - at >= kernels.blockPixels();
        kernels.load(
            from,
            begin,
            src.sc(),
            step,
            channels,
            columns,
            panel,
            at,
            channelFloats,
            fits ? room : 0);
      }
    }
  }

  private static void clearBorder(
      float[] panel,
      int to,
      int pitch,
      int above,
      int below,
      int height,
      int before,
      int end,
      int length) {
    if (above > 0) {
      Arrays.fill(panel, to, to + above * pitch, 0);
    }
    if (below < height) {
      Arrays.fill(panel, to + below * pitch, to + height * pitch, 0);
    }
    if (before > 0 || end < length) {
      for (int r = above; r < below; r++) {
        int at = to + r * pitch;
        for (int c = 0; c < before; c++) {
          panel[at + c] = 0;
        }
        for (int c = end; c < length; c++) {
          panel[at + c] = 0;
        }
      }
    }
  }

  /** How many elements of a plane some tap reads. */
  private static int needed(PanelAxis axis, int plane, int outputs) {
    int most = 0;
    for (int t = 0; t < axis.planes().length; t++) {
      if (axis.planes()[t] == plane) {
        most = Math.max(most, axis.shifts()[t]);
      }
    }
    return outputs + most;
  }

  /** Elements beyond the edges, one by one. */
  private void fillBorder(
      PlaneTiling tiling,
      MemorySegment from,
      long plane,
      long top,
      int rows,
      long left,
      int columns,
      float[] panel,
      int to) {
    for (int r = 0; r < rows; r++) {
      long y = top + r * tiling.h.phase().srcStep();
      boolean outside = y < 0 || y >= src.h();
      long h = PaddingIndex.source(mode, y, src.h());
      for (int c = 0; c < columns; c++) {
        long x = left + c * tiling.w.phase().srcStep();
        if (outside || x < 0 || x >= src.w()) {
          long w = PaddingIndex.source(mode, x, src.w());
          panel[to + r * tiling.pitch + c] = from.getAtIndex(JAVA_FLOAT, plane + h * src.sh() + w);
        }
      }
    }
  }
}

package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.AxisPhases;

/**
 * Outputs whose windows look alike, in tiles of some groups of channels, one depth, some rows, some
 * columns. A tile's windows lie in a panel {@code [channel][tap of depth][plane of rows][plane of
 * columns][row][column]}, in which the outputs of a tile are one run of pixels: rows follow each
 * other at the pitch of the panel, and what is computed between them is left out.
 */
final class PlaneTiling {
  /** A panel of this many floats leaves room for weights in a second-level cache. */
  private static final int PANEL_FLOATS = 96 << 10;

  /** The results of a block of channels stay in a first-level cache. */
  private static final int MOST_PIXELS = 1024;

  private static final int SMALL = 256;

  static final int CHUNK = 64;
  private static final int LEAST_PIXELS = 64;

  final AxisPhase d;
  final PanelAxis h;
  final PanelAxis w;
  final int inPerGroup;
  final int tileGroups;
  final int tileRows;
  final int tileColumns;
  final int groupTiles;
  final int rowTiles;
  final int columnTiles;

  /** From one row of a plane to the next. */
  final int pitch;

  final int planeRows;
  final int planeFloats;
  final int channelFloats;

  PlaneTiling(AxisPhases.Combination phases, int groups, int inPerGroup) {
    this.d = phases.d();
    this.inPerGroup = inPerGroup;
    this.w = axis(phases.w(), phases.h().count());
    int columns = phases.w().count();
    if (columns > MOST_PIXELS || floats(phases.h(), 1, columns) > PANEL_FLOATS) {
      columns = MOST_PIXELS;
      while (columns > LEAST_PIXELS && floats(phases.h(), 1, columns) > PANEL_FLOATS) {
        columns -= LEAST_PIXELS / 2;
      }
      columns = Math.min(columns, phases.w().count());
    }
    int rows = Math.clamp(MOST_PIXELS / columns, 1, phases.h().count());
    while (rows > 1
        && (long) rows * columns > LEAST_PIXELS
        && floats(phases.h(), rows, columns) > PANEL_FLOATS) {
      rows--;
    }
    rowTiles = Math.ceilDiv(phases.h().count(), rows);
    columnTiles = Math.ceilDiv(phases.w().count(), columns);
    tileRows = Math.ceilDiv(phases.h().count(), rowTiles);
    tileColumns = columnTiles == 1 ? phases.w().count() : columns;
    h = tileRows == 1 ? PanelAxis.apart(phases.h()) : PanelAxis.shared(phases.h());
    pitch = tileColumns + w.mostShift();
    planeRows = tileRows + h.mostShift();
    planeFloats = planeRows * pitch;
    channelFloats = channelFloats(h, tileRows, tileColumns);
    int most = Math.clamp(PANEL_FLOATS / 4 / ((long) channelFloats * inPerGroup), 1, groups);
    groupTiles = Math.ceilDiv(groups, most);
    tileGroups = Math.ceilDiv(groups, groupTiles);
  }

  /** Taps far apart would make long gaps between the rows of outputs, or in a tile of one row. */
  private PanelAxis axis(AxisPhase phase, int rows) {
    PanelAxis shared = PanelAxis.shared(phase);
    int columns = Math.min(phase.count(), MOST_PIXELS);
    boolean isShort =
        rows == 1
            ? shared.mostShift() <= (phase.taps().length - 1L) * columns
                && (long) inPerGroup * (columns + shared.mostShift()) <= PANEL_FLOATS
            : shared.mostShift() <= phase.count() / 4;
    return isShort ? shared : PanelAxis.apart(phase);
  }

  private long floats(AxisPhase rowPhase, int rows, int columns) {
    PanelAxis axis = rows == 1 ? PanelAxis.apart(rowPhase) : PanelAxis.shared(rowPhase);
    return (long) inPerGroup * channelFloats(axis, rows, columns);
  }

  /** Channels must not share sets of a first-level cache: an odd number of lines, or few floats. */
  private int channelFloats(PanelAxis rowAxis, int rows, int columns) {
    long planes = (long) d.taps().length * rowAxis.starts().length * w.starts().length;
    long floats = planes * (rows + rowAxis.mostShift()) * ((long) columns + w.mostShift());
    if (floats < SMALL) {
      return (int) (floats % 32 == 0 ? floats + 16 : floats);
    }
    return Math.toIntExact((floats + 15) / 16 | 1) * 16;
  }

  int tileCount() {
    return groupTiles * d.count() * rowTiles * columnTiles;
  }

  /** A block of the last pixels may read beyond the last window. */
  int panelFloats(int blockPixels) {
    return Math.addExact(Math.multiplyExact(tileGroups * inPerGroup, channelFloats), blockPixels);
  }

  /** The outputs of a tile as one run, with what lies between its rows. */
  int run(int rows, int columns) {
    return (rows - 1) * pitch + columns;
  }

  /** Where the taps of a group lie from its first channel on, some channels after the others. */
  int[] offsets() {
    int taps = tapCount();
    int[] offsets = new int[inPerGroup * taps];
    int at = 0;
    for (int begin = 0; begin < inPerGroup; begin += CHUNK) {
      for (int t = 0; t < taps; t++) {
        for (int c = begin; c < Math.min(begin + CHUNK, inPerGroup); c++) {
          offsets[at++] = c * channelFloats + tapOffset(t);
        }
      }
    }
    return offsets;
  }

  /** How many pixels of one image are computed though they are none, in blocks of this many. */
  long vainPixels(int block) {
    long blocks = Math.ceilDiv(run(tileRows, tileColumns), block);
    return (long) rowTiles * columnTiles * blocks * block * d.count() - pixels();
  }

  /** How many outputs of this family a channel of one image has. */
  long pixels() {
    return (long) h.phase().count() * w.phase().count() * d.count();
  }

  int tapCount() {
    return d.taps().length * h.planes().length * w.planes().length;
  }

  private int tapOffset(int tap) {
    int k = tap % w.planes().length;
    int j = tap / w.planes().length % h.planes().length;
    int i = tap / w.planes().length / h.planes().length;
    return plane(i, h.planes()[j], w.planes()[k]) + h.shifts()[j] * pitch + w.shifts()[k];
  }

  /** Where a plane of a channel begins. */
  int plane(int depthTap, int rowPlane, int columnPlane) {
    return ((depthTap * h.starts().length + rowPlane) * w.starts().length + columnPlane)
        * planeFloats;
  }
}

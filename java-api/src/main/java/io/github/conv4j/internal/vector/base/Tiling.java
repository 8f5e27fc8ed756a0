package io.github.conv4j.internal.vector.base;

import io.github.conv4j.internal.prepared.Activation;

/**
 * Outputs whose windows look alike on all three axes, and how they are cut into tiles: one depth,
 * some rows, some columns. A tile's windows lie in a panel {@code [depth][row][column][channel]}.
 */
public final class Tiling {
  /** A panel of this many floats leaves room for weights in a second-level cache. */
  public static final int PANEL_FLOATS = 1 << 16;

  /** No block of products has more pixels, or this many times those that stay neighbours. */
  public static final int PIXEL_BLOCK = 8;

  /** Fewer pixels would not fill the blocks of the kernels. */
  private static final int LEAST_PIXELS = 4 * PIXEL_BLOCK;

  private final AxisPhase d;
  private final AxisPhase h;
  private final AxisPhase w;
  private final int channels;

  private final int pitch;

  private final int tileRows;
  private final int tileColumns;
  private final int rowTiles;
  private final int columnTiles;
  private final int panelRows;
  private final int panelColumns;

  /**
   * Cuts the outputs into tiles.
   *
   * @param mostFloats what the panel holds at most, unless a few pixels need more
   * @param leastTiles how many tiles there should be if they stay large enough
   */
  public Tiling(
      AxisPhase d, AxisPhase h, AxisPhase w, int channels, int mostFloats, int leastTiles) {
    this.d = d;
    this.h = h;
    this.w = w;
    this.channels = channels;
    // Eight pixels a power of two apart would share the same few sets of a first-level cache.
    this.pitch = channels >= 256 && channels % 256 == 0 ? channels + 16 : channels;
    int columns = w.count();
    while (columns > LEAST_PIXELS && floats(1, columns) > mostFloats) {
      columns = Math.ceilDiv(columns, 2);
    }
    int rows = h.count();
    while (rows > 1 && (long) rows * columns > LEAST_PIXELS && floats(rows, columns) > mostFloats) {
      rows--;
    }
    while (rows > 1
        && (long) rows * columns >= 2 * LEAST_PIXELS
        && (long) d.count() * Math.ceilDiv(h.count(), rows) * Math.ceilDiv(w.count(), columns)
            < leastTiles) {
      rows = Math.ceilDiv(rows, 2);
    }
    while (rows == 1
        && columns >= 2 * LEAST_PIXELS
        && (long) d.count() * h.count() * Math.ceilDiv(w.count(), columns) < leastTiles) {
      columns = Math.ceilDiv(columns, 2);
    }
    rowTiles = Math.ceilDiv(h.count(), rows);
    tileRows = Math.ceilDiv(h.count(), rowTiles);
    int even = Math.ceilDiv(w.count(), Math.ceilDiv(w.count(), columns));
    // Else pairs of pixels would lie in two tiles.
    tileColumns = even < w.count() ? even + even % 2 : even;
    columnTiles = Math.ceilDiv(w.count(), tileColumns);
    panelRows = panelRows(tileRows);
    panelColumns = w.panelLength(tileColumns);
  }

  public AxisPhase d() {
    return d;
  }

  public AxisPhase h() {
    return h;
  }

  public AxisPhase w() {
    return w;
  }

  /** From one pixel of the panel to the next, in floats. */
  public int pitch() {
    return pitch;
  }

  public int panelRows() {
    return panelRows;
  }

  public int panelColumns() {
    return panelColumns;
  }

  /** With one row of outputs a panel holds just the rows that its taps meet. */
  private int panelRows(int rows) {
    return rows == 1 ? h.taps().length : h.panelLength(rows);
  }

  private long floats(int rows, int columns) {
    return (long) d.taps().length * panelRows(rows) * w.panelLength(columns) * pitch;
  }

  public int tileCount() {
    return d.count() * rowTiles * columnTiles;
  }

  public int mostPixels() {
    return tileRows * tileColumns;
  }

  public int panelFloats() {
    return Math.toIntExact(floats(tileRows, tileColumns));
  }

  /** Whether the taps of a row are neighbours, so that they and the channels make one run. */
  public boolean hasDenseRows() {
    return pitch == channels && w.span() == w.positions().length;
  }

  /**
   * Where the taps lie in a window, in row-major order of the taps.
   *
   * @param merged whether one entry stands for all taps of a row
   */
  public int[] panelTaps(boolean merged, int channelBegin) {
    int perRow = merged ? 1 : w.taps().length;
    int[] taps = new int[d.taps().length * h.taps().length * perRow];
    int at = 0;
    for (int i = 0; i < d.taps().length; i++) {
      for (int j = 0; j < h.taps().length; j++) {
        for (int k = 0; k < perRow; k++) {
          int row = i * panelRows + (tileRows == 1 ? j : h.panelTap(j));
          taps[at++] = (row * panelColumns + w.panelTap(k)) * pitch + channelBegin;
        }
      }
    }
    return taps;
  }

  /** Which outputs a tile computes; written anew for each tile. */
  public static final class Tile {
    private int depth;
    private int row;
    private int rows;
    private int column;
    private int columns;

    public int depth() {
      return depth;
    }

    public int row() {
      return row;
    }

    public int rows() {
      return rows;
    }

    public int column() {
      return column;
    }

    public int columns() {
      return columns;
    }
  }

  /** Writes down the outputs of the tile with this index. */
  public void locate(int index, Tile tile) {
    tile.column = index % columnTiles * tileColumns;
    tile.row = index / columnTiles % rowTiles * tileRows;
    tile.depth = index / columnTiles / rowTiles;
    tile.rows = Math.min(tileRows, h.count() - tile.row);
    tile.columns = Math.min(tileColumns, w.count() - tile.column);
  }

  /**
   * Whether the pixels of each tile come in so many, one after the other, that are neighbours in
   * dst.
   */
  public boolean holdsTogether(int together, Activation dst) {
    boolean neighbours = w.dstStep() == 1 && dst.sw() == dst.c();
    boolean whole = tileColumns % together == 0 && w.count() % tileColumns % together == 0;
    boolean wholeRows =
        columnTiles == 1 && h.dstStep() == 1 && dst.sh() == (long) w.count() * dst.sw();
    return together == 1 || (neighbours && (whole || (wholeRows && w.count() >= together)));
  }

  /**
   * Writes where each pixel's window begins in the panel, and where its result goes; then the last
   * again for a block of pixels.
   *
   * @param together how many pixels stay neighbours, if this {@link #holdsTogether}
   */
  public void pixels(
      Tile tile, Activation dst, long batchOffset, int together, int[] bases, int[] dstOffsets) {
    int at = 0;
    long depthOffset = batchOffset + d.output(tile.depth) * dst.sd();
    for (int r = 0; r < tile.rows; r++) {
      int base = r * h.panelStep() * panelColumns * pitch;
      long to = depthOffset + h.output(tile.row + r) * dst.sh() + w.output(tile.column) * dst.sw();
      for (int c = 0; c < tile.columns; c++) {
        bases[at] = base;
        dstOffsets[at++] = (int) to;
        base += w.panelStep() * pitch;
        to += w.dstStep() * dst.sw();
      }
    }
    // From behind, since the last that stay together may begin early.
    for (int i = at + PIXEL_BLOCK * together - 1; i >= at - at % together; i--) {
      bases[i] = bases[at - together + i % together];
      dstOffsets[i] = dstOffsets[at - together + i % together];
    }
  }

  /** The source depth that a plane of the panel holds. */
  public long sourceDepth(Tile tile, int plane) {
    return tile.depth * d.srcStep() + d.positions()[plane];
  }

  /** The source row that a row of the panel holds. */
  public long sourceRow(Tile tile, int panelRow) {
    return tileRows == 1
        ? tile.row * h.srcStep() + h.positions()[panelRow]
        : h.sourcePosition(tile.row, panelRow);
  }

  /** How many rows of the panel a tile needs. */
  public int neededRows(Tile tile) {
    return tileRows == 1 ? panelRows : h.panelLength(tile.rows);
  }
}

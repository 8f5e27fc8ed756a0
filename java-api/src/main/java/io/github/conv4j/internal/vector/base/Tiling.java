package io.github.conv4j.internal.vector.base;

import io.github.conv4j.internal.prepared.Activation;
import java.util.Arrays;

/**
 * Outputs whose windows look alike on all three axes, and how they are cut into tiles: one depth,
 * some rows, some columns. A tile's windows lie in a panel {@code [depth][row][column][channel]},
 * or {@link #inChunks}.
 */
public final class Tiling {
  /** A panel of this many floats leaves room for weights in a second-level cache. */
  public static final int PANEL_FLOATS = 1 << 16;

  /** No block of products has more pixels, unless they are neighbours in a row. */
  public static final int PIXEL_BLOCK = 8;

  /** Fewer pixels would not fill the blocks of the kernels. */
  private static final int LEAST_PIXELS = 4 * PIXEL_BLOCK;

  private final AxisPhase d;
  private final AxisPhase h;
  private final AxisPhase w;
  private final int channels;

  private final int pitch;

  /** How many channels of a pixel lie together; 0 if all of them. */
  private final int chunk;

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
    // Pixels, or chunks, a power of two apart would share few sets of a first-level cache.
    this.pitch = channels >= 256 && channels % 256 == 0 ? channels + 16 : channels;
    this.chunk = 0;
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
    tileColumns = Math.ceilDiv(w.count(), Math.ceilDiv(w.count(), columns));
    columnTiles = Math.ceilDiv(w.count(), tileColumns);
    panelRows = panelRows(tileRows);
    panelColumns = w.panelLength(tileColumns);
  }

  private Tiling(Tiling other, int chunk) {
    this.d = other.d;
    this.h = other.h;
    this.w = other.w;
    this.channels = other.channels;
    this.pitch = channels;
    this.chunk = chunk;
    this.tileRows = other.tileRows;
    this.tileColumns = other.tileColumns;
    this.rowTiles = other.rowTiles;
    this.columnTiles = other.columnTiles;
    this.panelRows = other.panelRows;
    int least = Math.ceilDiv(other.panelColumns, w.panelStep()) * w.panelStep();
    this.panelColumns = least * chunk % 256 == 0 ? least + w.panelStep() : least;
  }

  /**
   * Returns the same tiles, their panel being {@code [depth][row][chunk][column][channel]}: first
   * the columns that the first taps of all pixels meet, then those next to them, so that pixels are
   * neighbours in a chunk whatever the stride is.
   *
   * @param size how many channels a chunk has; a divisor of all
   */
  public Tiling inChunks(int size) {
    return new Tiling(this, size);
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

  /** Floats of a pixel in the panel, with what is left free between pixels. */
  public int pitch() {
    return pitch;
  }

  /** How many channels of a pixel lie together; 0 if all of them. */
  public int chunk() {
    return chunk;
  }

  /** From a chunk of a row of the panel to the next chunk, in floats. */
  public int chunkDistance() {
    return panelColumns * chunk;
  }

  /** From the columns that one tap meets to those next to them in a chunk, in floats. */
  public int phaseDistance() {
    return panelColumns / w.panelStep() * chunk;
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

  /** How many pixels of a tile are listed in blocks of so many pixels of a row. */
  public int mostPixels(int pixelsOfRow) {
    return tileRows * Math.ceilDiv(tileColumns, pixelsOfRow) * pixelsOfRow;
  }

  /**
   * How many columns are computed in blocks of so many pixels of a row, some of them twice; 0 if a
   * tile has fewer.
   */
  public int columnsInBlocks(int pixelsOfRow) {
    int last = w.count() - (columnTiles - 1) * tileColumns;
    return last < pixelsOfRow
        ? 0
        : ((columnTiles - 1) * Math.ceilDiv(tileColumns, pixelsOfRow)
                + Math.ceilDiv(last, pixelsOfRow))
            * pixelsOfRow;
  }

  /** From the window of a pixel to that of the next of its row in the panel, in floats. */
  public int pixelDistance() {
    return chunk > 0 ? chunk : w.panelStep() * pitch;
  }

  /** Whether neighbouring pixels of a row are neighbours in dst, without a gap. */
  public boolean makesNeighboursIn(Activation dst) {
    return w.dstStep() == 1 && dst.sw() == dst.c();
  }

  public int panelFloats() {
    return Math.toIntExact((long) d.taps().length * panelRows * panelColumns * pitch);
  }

  /** Whether the taps of a row are neighbours, so that they and the channels make one run. */
  public boolean hasDenseRows() {
    return chunk == 0 && pitch == channels && w.span() == w.positions().length;
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
          taps[at++] = row * panelColumns * pitch + columnOffset(w.panelTap(k)) + channelBegin;
        }
      }
    }
    return taps;
  }

  /** Where a column of a window lies in its row, in floats. */
  private int columnOffset(int column) {
    int step = w.panelStep();
    return chunk > 0 ? column % step * phaseDistance() + column / step * chunk : column * pitch;
  }

  /**
   * Where chunks lie in a window: of each tap, in row-major order, all from one channel on.
   *
   * @param count how many channels
   */
  public int[] panelChunks(int channelBegin, int count) {
    int[] first = panelTaps(false, 0);
    int perTap = count / chunk;
    int[] taps = new int[first.length * perTap];
    for (int t = 0; t < taps.length; t++) {
      int index = channelBegin / chunk + t % perTap;
      taps[t] = first[t / perTap] + index * chunkDistance();
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
   * Writes where each pixel's window begins in the panel, and where its result goes; then the last
   * again for a block of pixels.
   *
   * @param pixelsOfRow how many come in a row: the last of a row begin early, so that some pixels
   *     come twice
   * @return how many pixels there are, without what is repeated at the end
   */
  public int pixels(
      Tile tile, Activation dst, long batchOffset, int pixelsOfRow, int[] bases, int[] dstOffsets) {
    int at = 0;
    for (int r = 0; r < tile.rows; r++) {
      int base = r * h.panelStep() * panelColumns * pitch;
      long to = rowOffset(tile, r, dst, batchOffset);
      for (int c = 0; c < tile.columns; c += pixelsOfRow) {
        int begin = Math.min(c, tile.columns - pixelsOfRow);
        for (int column = begin; column < begin + pixelsOfRow; column++) {
          bases[at] = base + column * pixelDistance();
          dstOffsets[at++] = (int) (to + column * w.dstStep() * dst.sw());
        }
      }
    }
    Arrays.fill(bases, at, at + PIXEL_BLOCK, bases[at - 1]);
    Arrays.fill(dstOffsets, at, at + PIXEL_BLOCK, dstOffsets[at - 1]);
    return at;
  }

  /** Where the first result of a row of a tile goes, in elements. */
  public long rowOffset(Tile tile, int row, Activation dst, long batchOffset) {
    return batchOffset
        + d.output(tile.depth) * dst.sd()
        + h.output(tile.row + row) * dst.sh()
        + w.output(tile.column) * dst.sw();
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

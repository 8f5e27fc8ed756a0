package io.github.conv4j.internal.vector;

/** The working memory of one thread that runs parts of a {@link Plan}. */
final class Scratch implements AutoCloseable {
  final float[] panel;
  final int[] bases;
  final int[] dstOffsets;
  final float[] sums;
  final Kernels.DepthwiseRow row;
  final Family.Tile tile = new Family.Tile();

  /** Which tile of the current call the panel holds, or -1. */
  int panelTile = -1;

  private Scratch(float[] panel, int pixels, float[] sums, Kernels.DepthwiseRow row) {
    this.panel = panel;
    this.bases = new int[pixels];
    this.dstOffsets = new int[pixels];
    this.sums = sums;
    this.row = row;
  }

  /** For tiles: a panel of source values, the pixels of a tile, and sums of scalar loops. */
  static Scratch forTiles(int panelFloats, int pixels, int sums) {
    return new Scratch(
        new float[panelFloats], pixels, new float[sums], new Kernels.DepthwiseRow(0, 0));
  }

  /** For rows of a depthwise convolution. */
  static Scratch forRows(int mostRows, int channels) {
    return new Scratch(
        new float[0], 0, new float[channels], new Kernels.DepthwiseRow(mostRows, channels));
  }

  /** To be called before the parts of another call. */
  void forgetPanel() {
    panelTile = -1;
  }

  long byteSize() {
    return ((long) panel.length + sums.length + bases.length + dstOffsets.length) * Float.BYTES
        + row.rows.length * (long) (Long.BYTES + Integer.BYTES);
  }

  @Override
  public void close() {}
}

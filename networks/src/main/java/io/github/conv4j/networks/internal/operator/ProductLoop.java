package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** The innermost loop of a product of matrices, over a panel of right columns. */
interface ProductLoop {
  /** Returns how many columns a panel has. */
  int panelWidth();

  /**
   * Adds the products of rows with one panel: {@code c[cAt + r * cPitch + j] += Σ a[aAt + r *
   * aPitch + k] * b[bAt + k * panelWidth + j]}.
   *
   * @param rows how many; four at a time are fastest
   */
  void run(
      float[] a,
      int aAt,
      int aPitch,
      int rows,
      float[] b,
      int bAt,
      int depth,
      float[] c,
      int cAt,
      int cPitch);

  /**
   * Makes a panel of columns that are neighbours in a segment; what is missing is 0.
   *
   * @param pitch how far apart the rows are
   * @param columns how many there are, at most the width of a panel
   */
  void pack(MemorySegment b, long at, long pitch, int depth, int columns, float[] panel);

  /** Writes the rows of a panel to neighbours in a segment. */
  void unpack(float[] panel, int rows, int columns, MemorySegment c, long at, long pitch);
}

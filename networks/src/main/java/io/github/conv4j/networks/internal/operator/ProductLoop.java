package io.github.conv4j.networks.internal.operator;

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
}

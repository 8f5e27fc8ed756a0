package io.github.conv4j.networks.internal.operator;

/**
 * The right side of products, in panels: of each row, as many neighbours as a panel is wide, one
 * row after the other; what is missing in the last panel is 0.
 */
final class PackedMatrix {
  private final ProductLoop loop;
  private final int depth;
  private final int panels;
  private final float[] values;

  /**
   * Packs the transpose of {@code [columns, depth]}, which begins somewhere in an array: weights,
   * as ONNX stores those of recurrent layers.
   */
  PackedMatrix(ProductLoop loop, float[] weights, int begin, int columns, int depth) {
    this.loop = loop;
    this.depth = depth;
    int width = loop.panelWidth();
    this.panels = Math.ceilDiv(columns, width);
    this.values = new float[Math.multiplyExact(panels * width, depth)];
    for (int j = 0; j < columns; j++) {
      int at = j / width * width * depth + j % width;
      for (int k = 0; k < depth; k++) {
        values[at + k * width] = weights[begin + j * depth + k];
      }
    }
  }

  /** Returns how many columns products have: whole panels. */
  int pitch() {
    return panels * loop.panelWidth();
  }

  /** Adds to rows, {@link #pitch} apart or more, those of {@code a} times this. */
  void addProducts(float[] a, int aAt, int rows, float[] c, int cAt, int cPitch) {
    int width = loop.panelWidth();
    for (int panel = 0; panel < panels; panel++) {
      loop.run(
          a,
          aAt,
          depth,
          rows,
          values,
          panel * width * depth,
          depth,
          c,
          cAt + panel * width,
          cPitch);
    }
  }
}

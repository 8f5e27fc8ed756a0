package io.github.conv4j.networks.internal.operator;

/** Rows of constant length, which the JIT compiler makes vectors of. */
final class ScalarProductLoop implements ProductLoop {
  private static final int WIDTH = 16;

  @Override
  public int panelWidth() {
    return WIDTH;
  }

  @Override
  public void run(
      float[] a,
      int aAt,
      int aPitch,
      int rows,
      float[] b,
      int bAt,
      int depth,
      float[] c,
      int cAt,
      int cPitch) {
    for (int r = 0; r < rows; r++) {
      int out = cAt + r * cPitch;
      for (int k = 0; k < depth; k++) {
        float factor = a[aAt + r * aPitch + k];
        int in = bAt + k * WIDTH;
        for (int j = 0; j < WIDTH; j++) {
          c[out + j] += factor * b[in + j];
        }
      }
    }
  }
}

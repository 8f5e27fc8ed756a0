package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

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

  @Override
  public void pack(MemorySegment b, long at, long pitch, int depth, int columns, float[] panel) {
    pack(b, at, pitch, depth, columns, panel, WIDTH);
  }

  static void pack(
      MemorySegment b, long at, long pitch, int depth, int columns, float[] panel, int width) {
    for (int k = 0; k < depth; k++) {
      long from = (at + k * pitch) * Float.BYTES;
      MemorySegment.copy(b, JAVA_FLOAT_UNALIGNED, from, panel, k * width, columns);
      Arrays.fill(panel, k * width + columns, (k + 1) * width, 0);
    }
  }

  @Override
  public void unpack(float[] panel, int rows, int columns, MemorySegment c, long at, long pitch) {
    unpack(panel, rows, columns, c, at, pitch, WIDTH);
  }

  static void unpack(
      float[] panel, int rows, int columns, MemorySegment c, long at, long pitch, int width) {
    for (int r = 0; r < rows; r++) {
      long to = (at + r * pitch) * Float.BYTES;
      MemorySegment.copy(panel, r * width, c, JAVA_FLOAT_UNALIGNED, to, columns);
    }
  }
}

package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.SPECIES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Blocks of four rows by two vectors: with 16 registers the JIT compiler keeps eight sums beside
 * two right vectors and a broadcast, and spills where there are more.
 */
final class VectorProductLoop implements ProductLoop {
  private static final int WIDTH = 2 * LANES;

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
    int r = 0;
    for (; r <= rows - 4; r += 4) {
      fourRows(a, aAt + r * aPitch, aPitch, b, bAt, depth, c, cAt + r * cPitch, cPitch);
    }
    for (; r < rows; r++) {
      oneRow(a, aAt + r * aPitch, b, bAt, depth, c, cAt + r * cPitch);
    }
  }

  private static void fourRows(
      float[] a,
      int aAt,
      int aPitch,
      float[] b,
      int bAt,
      int depth,
      float[] c,
      int cAt,
      int cPitch) {
    int aAt1 = aAt + aPitch;
    int aAt2 = aAt1 + aPitch;
    int aAt3 = aAt2 + aPitch;
    FloatVector sum00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector sum01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector sum10 = FloatVector.fromArray(SPECIES, c, cAt + cPitch);
    FloatVector sum11 = FloatVector.fromArray(SPECIES, c, cAt + cPitch + LANES);
    FloatVector sum20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cPitch);
    FloatVector sum21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cPitch + LANES);
    FloatVector sum30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cPitch);
    FloatVector sum31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cPitch + LANES);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * WIDTH);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bAt + k * WIDTH + LANES);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt + k]);
      sum00 = x.fma(b0, sum00);
      sum01 = x.fma(b1, sum01);
      x = FloatVector.broadcast(SPECIES, a[aAt1 + k]);
      sum10 = x.fma(b0, sum10);
      sum11 = x.fma(b1, sum11);
      x = FloatVector.broadcast(SPECIES, a[aAt2 + k]);
      sum20 = x.fma(b0, sum20);
      sum21 = x.fma(b1, sum21);
      x = FloatVector.broadcast(SPECIES, a[aAt3 + k]);
      sum30 = x.fma(b0, sum30);
      sum31 = x.fma(b1, sum31);
    }
    sum00.intoArray(c, cAt);
    sum01.intoArray(c, cAt + LANES);
    sum10.intoArray(c, cAt + cPitch);
    sum11.intoArray(c, cAt + cPitch + LANES);
    sum20.intoArray(c, cAt + 2 * cPitch);
    sum21.intoArray(c, cAt + 2 * cPitch + LANES);
    sum30.intoArray(c, cAt + 3 * cPitch);
    sum31.intoArray(c, cAt + 3 * cPitch + LANES);
  }

  /** Four sums a vector, of every fourth product: one sum would wait for itself. */
  private static void oneRow(
      float[] a, int aAt, float[] b, int bAt, int depth, float[] c, int cAt) {
    FloatVector sum00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector sum01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector sum10 = FloatVector.broadcast(SPECIES, 0);
    FloatVector sum11 = sum10;
    FloatVector sum20 = sum10;
    FloatVector sum21 = sum10;
    FloatVector sum30 = sum10;
    FloatVector sum31 = sum10;
    int k = 0;
    for (; k <= depth - 4; k += 4) {
      int at = bAt + k * WIDTH;
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt + k]);
      sum00 = x.fma(FloatVector.fromArray(SPECIES, b, at), sum00);
      sum01 = x.fma(FloatVector.fromArray(SPECIES, b, at + LANES), sum01);
      x = FloatVector.broadcast(SPECIES, a[aAt + k + 1]);
      sum10 = x.fma(FloatVector.fromArray(SPECIES, b, at + WIDTH), sum10);
      sum11 = x.fma(FloatVector.fromArray(SPECIES, b, at + WIDTH + LANES), sum11);
      x = FloatVector.broadcast(SPECIES, a[aAt + k + 2]);
      sum20 = x.fma(FloatVector.fromArray(SPECIES, b, at + 2 * WIDTH), sum20);
      sum21 = x.fma(FloatVector.fromArray(SPECIES, b, at + 2 * WIDTH + LANES), sum21);
      x = FloatVector.broadcast(SPECIES, a[aAt + k + 3]);
      sum30 = x.fma(FloatVector.fromArray(SPECIES, b, at + 3 * WIDTH), sum30);
      sum31 = x.fma(FloatVector.fromArray(SPECIES, b, at + 3 * WIDTH + LANES), sum31);
    }
    for (; k < depth; k++) {
      int at = bAt + k * WIDTH;
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt + k]);
      sum00 = x.fma(FloatVector.fromArray(SPECIES, b, at), sum00);
      sum01 = x.fma(FloatVector.fromArray(SPECIES, b, at + LANES), sum01);
    }
    sum00.add(sum10).add(sum20.add(sum30)).intoArray(c, cAt);
    sum01.add(sum11).add(sum21.add(sum31)).intoArray(c, cAt + LANES);
  }

  @Override
  public void pack(MemorySegment b, long at, long pitch, int depth, int columns, float[] panel) {
    if (columns < WIDTH) {
      ScalarProductLoop.pack(b, at, pitch, depth, columns, panel, WIDTH);
      return;
    }
    for (int k = 0; k < depth; k++) {
      long from = (at + k * pitch) * Float.BYTES;
      FloatVector.fromMemorySegment(SPECIES, b, from, LITTLE_ENDIAN).intoArray(panel, k * WIDTH);
      FloatVector.fromMemorySegment(SPECIES, b, from + SPECIES.vectorByteSize(), LITTLE_ENDIAN)
          .intoArray(panel, k * WIDTH + LANES);
    }
  }

  @Override
  public void unpack(float[] panel, int rows, int columns, MemorySegment c, long at, long pitch) {
    if (columns < WIDTH) {
      ScalarProductLoop.unpack(panel, rows, columns, c, at, pitch, WIDTH);
      return;
    }
    for (int r = 0; r < rows; r++) {
      long to = (at + r * pitch) * Float.BYTES;
      FloatVector.fromArray(SPECIES, panel, r * WIDTH).intoMemorySegment(c, to, LITTLE_ENDIAN);
      FloatVector.fromArray(SPECIES, panel, r * WIDTH + LANES)
          .intoMemorySegment(c, to + SPECIES.vectorByteSize(), LITTLE_ENDIAN);
    }
  }
}

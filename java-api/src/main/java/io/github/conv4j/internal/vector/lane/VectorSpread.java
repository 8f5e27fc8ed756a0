package io.github.conv4j.internal.vector.lane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Fills panels in which each lane holds the source channel that its output channel sees. */
final class VectorSpread {
  private VectorSpread() {}

  static void run(
      LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to) {
    if (block.isPlain()) {
      copy(src, from, panel, to);
      return;
    }
    int[] index = block.index();
    for (int i = 0; i < index.length / LANES; i++) {
      int plane = to + i * from.planeFloats;
      if (block.srcCount() == LANES) {
        choose(src, from, index, i * LANES, panel, plane);
      } else {
        chooseEach(src, from, index, i * LANES, panel, plane);
      }
    }
  }

  /** Copies whole vectors. */
  private static void copy(MemorySegment src, LaneSource from, float[] panel, int to) {
    int columns = from.columns;
    int rowPitch = from.rowPitch;
    long step = from.step * Float.BYTES;
    long rowStep = from.rowStep * Float.BYTES;
    long row = from.begin * Float.BYTES;
    for (int r = 0; r < from.rows; r++) {
      long at = row;
      int put = to + r * rowPitch;
      for (int c = 0; c < columns; c++) {
        FloatVector.fromMemorySegment(SPECIES, src, at, ORDER).intoArray(panel, put + c * LANES);
        at += step;
      }
      row += rowStep;
    }
  }

  /** Each lane takes the channel that its index says. */
  private static void choose(
      MemorySegment src, LaneSource from, int[] index, int indexFrom, float[] panel, int to) {
    VectorShuffle<Float> lanes = VectorShuffle.fromArray(SPECIES, index, indexFrom);
    int columns = from.columns;
    int rowPitch = from.rowPitch;
    long step = from.step * Float.BYTES;
    long rowStep = from.rowStep * Float.BYTES;
    long row = from.begin * Float.BYTES;
    for (int r = 0; r < from.rows; r++) {
      long at = row;
      int put = to + r * rowPitch;
      for (int c = 0; c < columns; c++) {
        FloatVector.fromMemorySegment(SPECIES, src, at, ORDER)
            .rearrange(lanes)
            .intoArray(panel, put + c * LANES);
        at += step;
      }
      row += rowStep;
    }
  }

  /**
   * The same where the source has fewer channels than a vector holds, one value at a time: a mask
   * and a shuffle together were seen to be put on the heap.
   */
  private static void chooseEach(
      MemorySegment src, LaneSource from, int[] index, int indexFrom, float[] panel, int to) {
    for (int r = 0; r < from.rows; r++) {
      for (int c = 0; c < from.columns; c++) {
        long at = from.begin + r * from.rowStep + c * from.step;
        int put = to + r * from.rowPitch + c * LANES;
        for (int lane = 0; lane < LANES; lane++) {
          panel[put + lane] = src.getAtIndex(JAVA_FLOAT, at + index[indexFrom + lane]);
        }
      }
    }
  }
}

package io.github.conv4j.internal.vector.lane;

import static io.github.conv4j.internal.vector.base.ScalarWidth.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOps;
import java.lang.foreign.MemorySegment;

/** Lanes without the Vector API: loops of constant length that the JIT compiler vectorises. */
final class ScalarLanes implements LaneKernels {
  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public void spread(
      LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to) {
    int[] index = block.index();
    for (int r = 0; r < from.rows; r++) {
      for (int c = 0; c < from.columns; c++) {
        long at = from.begin + r * from.rowStep + c * from.step;
        int put = to + r * from.rowPitch + c * LANES;
        if (block.isPlain()) {
          MemorySegment.copy(src, JAVA_FLOAT, at * Float.BYTES, panel, put, LANES);
        } else {
          for (int i = 0; i < index.length; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
              panel[put + lane] = src.getAtIndex(JAVA_FLOAT, at + index[i + lane]);
            }
            put += from.planeFloats;
          }
        }
      }
    }
  }

  @Override
  public LaneTileKernel tile(int taps, int pixelPitch, int channelCount, PostOps postOps) {
    return ScalarLanes::run;
  }

  private static void run(LaneTile tile, MemorySegment dst) {
    float[] sums = tile.sums;
    for (int r = 0; r < tile.rows; r++) {
      for (int c = 0; c < tile.columns; c++) {
        System.arraycopy(tile.bias, tile.channel, sums, 0, LANES);
        int base = r * tile.rowPitch + c * tile.pixelPitch;
        int weightsAt = tile.weightsFrom;
        for (int step : tile.steps) {
          for (int t = 0; t < tile.taps; t++) {
            add(sums, tile.panel, base + step + t * LANES, tile.weights, weightsAt);
            weightsAt += LANES;
          }
        }
        long to = tile.dstBegin + r * tile.dstRowStep + c * tile.dstStep + tile.channel;
        MemorySegment.copy(sums, 0, dst, JAVA_FLOAT, to * Float.BYTES, tile.channelCount);
      }
    }
  }

  private static void add(float[] sums, float[] panel, int base, float[] packed, int at) {
    for (int lane = 0; lane < LANES; lane++) {
      sums[lane] += panel[base + lane] * packed[at + lane];
    }
  }
}

package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.PostOps;
import java.lang.foreign.MemorySegment;

/**
 * Cuts tiles into blocks of pixels.
 *
 * @param block for blocks
 * @param single for rows that are too short for them
 */
record VectorLanes(LaneBlockKernel block, LaneBlockKernel single) implements LaneTileKernel {
  static VectorLanes of(int taps, int pixelPitch, int channelCount, PostOps postOps) {
    return new VectorLanes(
        LaneText.block(taps, pixelPitch, channelCount, postOps),
        LaneText.single(channelCount, postOps));
  }

  @Override
  public void run(LaneTile tile, MemorySegment dst) {
    if (tile.columns < LaneText.PIXELS) {
      runBlocks(single, 1, tile, dst);
    } else {
      runBlocks(block, LaneText.PIXELS, tile, dst);
    }
  }

  private static void runBlocks(
      LaneBlockKernel kernel, int pixels, LaneTile tile, MemorySegment dst) {
    for (int r = 0; r < tile.rows; r++) {
      for (int c = 0; c < tile.columns; c += pixels) {
        // The last block begins early rather than reach beyond the last pixel.
        int column = Math.min(c, tile.columns - pixels);
        int base = r * tile.rowPitch + column * tile.pixelPitch;
        long to = tile.dstBegin + r * tile.dstRowStep + column * tile.dstStep + tile.channel;
        kernel.run(tile, dst, base, to * Float.BYTES);
      }
    }
  }
}

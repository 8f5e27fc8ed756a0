package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** Folds windows of pixels, whose channels are neighbours. */
interface WindowLoop {
  /**
   * Folds a window for each of some channels, which are neighbours on both sides: {@code dst[to +
   * c] = scale * fold(src[at + c + p * planeStride + r * rowStride + k * columnStride])}.
   */
  void window(
      MemorySegment src,
      long at,
      int planes,
      long planeStride,
      int rows,
      long rowStride,
      int columns,
      long columnStride,
      MemorySegment dst,
      long to,
      int channels,
      float alpha,
      float scale);
}

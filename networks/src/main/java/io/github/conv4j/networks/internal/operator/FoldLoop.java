package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** Folds many numbers into one; where a sum is long, sums of blocks are summed. */
interface FoldLoop extends WindowLoop {
  /** So many are added up before their sum is added to the others. */
  int BLOCK = 256;

  /** Returns the fold of neighbours. */
  float row(MemorySegment src, long at, int count, float alpha);

  /**
   * Folds windows of two rows and two columns, as {@link #window} does each of them, elements as
   * they are.
   *
   * @param windows how many
   * @param step how far apart they are
   * @param channels neighbours on both sides, which windows share in dst: one ends where the next
   *     begins
   */
  void squares(
      MemorySegment src,
      long at,
      int windows,
      long step,
      long rowStride,
      long columnStride,
      MemorySegment dst,
      long to,
      int channels,
      float scale);
}

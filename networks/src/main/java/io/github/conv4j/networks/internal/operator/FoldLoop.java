package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/** Folds many numbers into one; where a sum is long, sums of blocks are summed. */
interface FoldLoop extends WindowLoop {
  /** So many are added up before their sum is added to the others. */
  int BLOCK = 256;

  /** Returns the fold of neighbours. */
  float row(MemorySegment src, long at, int count, float alpha);
}

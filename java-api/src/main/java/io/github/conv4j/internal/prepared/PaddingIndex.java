package io.github.conv4j.internal.prepared;

import io.github.conv4j.PaddingMode;

/** Which source element stands at a position that may lie outside the source. */
public final class PaddingIndex {
  /** The answer where zero stands. */
  public static final long ZERO = -1;

  private PaddingIndex() {}

  /** Returns the index from 0 to {@code size - 1}, or {@link #ZERO}. */
  public static long source(PaddingMode mode, long position, long size) {
    if (position >= 0 && position < size) {
      return position;
    }
    return switch (mode) {
      case ZEROS -> ZERO;
      case REPLICATE -> position < 0 ? 0 : size - 1;
      case REFLECT -> position < 0 ? -position : 2 * (size - 1) - position;
      case CIRCULAR -> Math.floorMod(position, size);
    };
  }
}

package io.github.conv4j.internal.vector.code;

import io.github.conv4j.internal.vector.base.VectorWidth;

/**
 * How many sums of products stay in registers together. Beside them the vectors of weights and one
 * broadcast value need registers, and C2 takes some more.
 *
 * @param pixels that share each vector of weights
 * @param vectors of output channels that share each source value
 */
public record RegisterBlock(int pixels, int vectors) {
  /** The pixels of most blocks. */
  public static final int PIXELS = 8;

  /** No block has more pixels. */
  public static final int MOST_PIXELS = 16;

  /** No block of neighbouring channels has more vectors. */
  public static final int MOST_VECTORS = 4;

  /**
   * Returns the fastest of those that were measured, see ADR 24 and 53.
   *
   * @param vectors one, two, or {@link #MOST_VECTORS} of many registers
   */
  public static RegisterBlock of(int vectors) {
    if (vectors == MOST_VECTORS) {
      return new RegisterBlock(6, vectors);
    }
    boolean few = VectorWidth.REGISTERS < 32;
    return new RegisterBlock(few && vectors == 2 ? 4 : PIXELS, vectors);
  }

  /**
   * Whether there are many registers of 512 bits, whose products wait for the instructions between
   * them.
   */
  public static boolean isWide() {
    return VectorWidth.REGISTERS >= 32 && VectorWidth.BITS >= 512;
  }

  @Override
  public String toString() {
    return pixels + "x" + vectors;
  }
}

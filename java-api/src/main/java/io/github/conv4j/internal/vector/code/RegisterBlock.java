package io.github.conv4j.internal.vector.code;

import io.github.conv4j.internal.vector.base.VectorWidth;

/**
 * How many sums of products stay in registers together. Beside them the vectors of weights and one
 * broadcast value need registers, and C2 takes some more.
 *
 * @param pixels that share each vector of weights
 * @param vectors of output channels of one pixel, or of a pair of them
 * @param together how many pixels the vectors belong to: one, or a pair of neighbours that share
 *     the vector in the middle
 */
public record RegisterBlock(int pixels, int vectors, int together) {
  /** The pixels of most blocks. */
  public static final int PIXELS = 8;

  /** No block has more pixels. */
  public static final int MOST_PIXELS = 16;

  /** No block of neighbouring channels has more vectors. */
  public static final int MOST_VECTORS = 4;

  /** A block whose vectors belong to one pixel each. */
  public RegisterBlock(int pixels, int vectors) {
    this(pixels, vectors, 1);
  }

  /** Whether {@link #ofPairs} serves channels whose last ones fill half a vector. */
  public static boolean servesPairs(long channels, int lanes) {
    return isWide() && channels % lanes == lanes / 2 && channels <= 2L * lanes + lanes / 2;
  }

  /**
   * Returns the fastest of those that were measured, see ADR 54.
   *
   * @param vectors of a pair of pixels: one, three or five
   */
  public static RegisterBlock ofPairs(int vectors) {
    int pairs =
        switch (vectors) {
          case 1 -> 7; // so that images of 7x7 have them, too
          case 3 -> 6;
          default -> 4;
        };
    return new RegisterBlock(2 * pairs, vectors, 2);
  }

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
    return pixels + "x" + vectors + (together == 1 ? "" : "_in_pairs");
  }
}

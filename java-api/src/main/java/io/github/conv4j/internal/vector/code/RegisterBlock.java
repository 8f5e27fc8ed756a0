package io.github.conv4j.internal.vector.code;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.VectorWidth;

/**
 * How many sums of products stay in registers together. Beside them the vectors of weights and one
 * broadcast value need registers, and C2 takes some more.
 *
 * @param pixels that share each vector of weights
 * @param vectors of output channels of the pixels that belong together
 * @param together how many neighbouring pixels these vectors belong to: one; two, the vector in the
 *     middle being of both; or four that share the only one
 */
public record RegisterBlock(int pixels, int vectors, int together) {
  /** The pixels of most blocks. */
  public static final int PIXELS = 8;

  /** No block has more pixels. */
  public static final int MOST_PIXELS = 16;

  /** No block of neighbouring channels has more vectors. */
  public static final int MOST_VECTORS = 4;

  /** Of blocks beside whose sums post-ops need registers, see ADR 60. */
  private static final int ENOUGH_AHEAD = 2;

  /** A block whose vectors belong to one pixel each. */
  public RegisterBlock(int pixels, int vectors) {
    this(pixels, vectors, 1);
  }

  /**
   * How many neighbouring pixels, whose outputs fill whole vectors together, are best computed
   * together: two where channels fill half a vector more than at most two whole ones, four where
   * they fill a quarter, else one. With few or narrow registers it is always one.
   */
  public static int together(long channels, int lanes) {
    if (!isWide()) {
      return 1;
    }
    if (channels * 4 == lanes) {
      return 4;
    }
    return channels % lanes == lanes / 2 && channels <= 2L * lanes + lanes / 2 ? 2 : 1;
  }

  /**
   * Returns the fastest of those that were measured in pointwise kernels, see ADR 54.
   *
   * @param vectors of pixels that are computed together: one, three or five of two, one of four
   * @param together two or four pixels
   */
  public static RegisterBlock of(int vectors, int together) {
    return new RegisterBlock(vectors == 5 ? 8 : 12, vectors, together);
  }

  /**
   * Returns how many neighbouring pixels of a row are best computed together where their distances
   * are known to the kernel, see ADR 55 and 56; 0 if that gains nothing.
   *
   * @param vectors of pixels that are computed together, or of one
   * @param postOps what becomes of the sums
   */
  public static int mostPixelsOfRow(int vectors, PostOps postOps) {
    if (isWide()) {
      return switch (vectors) {
        case 1 -> MOST_PIXELS;
        case 3 -> 14; // with 16 no register is left for post-ops
        case 5 -> PIXELS;
        default -> 0;
      };
    }
    if (!isNarrow()) {
      return 0;
    }
    return switch (vectors) {
      case 1 -> 10;
      case 2 -> Epilogue.takesRegisters(postOps) ? 5 : 6;
      default -> 0;
    };
  }

  /**
   * Returns the fewest pixels of a row that are computed together: fewer sums would wait for one
   * another, or let C2 make more loads ahead than there are registers.
   */
  public static int leastPixelsOfRow(int vectors) {
    if (!isNarrow()) {
      return PIXELS;
    }
    return vectors == 1 ? 7 : 5;
  }

  /**
   * How many broadcast values find registers besides the sums and a vector of weights each, or are
   * enough where post-ops need some of these registers.
   */
  int pixelsAhead(PostOps postOps) {
    return vectors == 2 && Epilogue.takesRegisters(postOps)
        ? ENOUGH_AHEAD
        : Math.max(1, VectorWidth.REGISTERS - (pixels + 1) * vectors);
  }

  /**
   * Returns the fastest of those that were measured, see ADR 24 and 53.
   *
   * @param vectors one, two, or {@link #MOST_VECTORS} of many registers
   */
  public static RegisterBlock of(int vectors) {
    return switch (vectors) {
      case MOST_VECTORS -> new RegisterBlock(6, vectors);
      case 2 -> new RegisterBlock(VectorWidth.REGISTERS < 32 ? 4 : PIXELS, vectors);
      default -> new RegisterBlock(PIXELS, vectors);
    };
  }

  /** Whether there are few registers, of 256 bits. */
  public static boolean isNarrow() {
    return VectorWidth.REGISTERS < 32 && VectorWidth.BITS == 256;
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
    return pixels + "x" + vectors + (together == 1 ? "" : "_of_" + together);
  }
}

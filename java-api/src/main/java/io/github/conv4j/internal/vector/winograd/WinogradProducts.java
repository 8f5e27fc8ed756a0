package io.github.conv4j.internal.vector.winograd;

import io.github.conv4j.internal.vector.code.RegisterBlock;

/**
 * The small products of a {@link WinogradPlan}, one for each point of a tile: {@code sums[p][t][oc]
 * = sum over ic of panel[p][t][ic] * packed[p][ic][oc]}.
 */
final class WinogradProducts {
  /** Floats of a cache line. */
  private static final int LINE = 16;

  private final WinogradShape shape;
  private final int lanes;
  private final PointProductKernel wide;
  private final PointProductKernel sevens;
  private final PointProductKernel narrow;

  WinogradProducts(WinogradShape shape, int lanes) {
    this.shape = shape;
    this.lanes = lanes;
    this.wide = PointProductText.kernel(new RegisterBlock(shape.tileBlock, 2), shape.ic);
    this.sevens = PointProductText.kernel(new RegisterBlock(WinogradShape.SEVEN, 2), shape.ic);
    this.narrow = PointProductText.kernel(RegisterBlock.of(1), shape.ic);
  }

  /**
   * Multiplies all points of a group of tiles.
   *
   * @param tileCount tiles of the group; blocks may read and write rows up to the next block's end
   * @param packed weights {@code [point][block of two vectors of output channels][ic][channels of
   *     the block]}, where a last block may be one vector wide
   * @param ocBegin the first output channel, at the beginning of a block
   * @param ocEnd after the last output channel
   * @return a number without meaning that keeps the compiler from leaving out what it is made of
   */
  int run(
      PointProduct product, int tileCount, float[] packed, int packedFrom, int ocBegin, int ocEnd) {
    int touched = 0;
    product.packed = packed;
    product.depth = shape.ic;
    product.panelPitch = shape.panelPitch;
    product.sumsPitch = shape.sumsPitch;
    for (int point = 0; point < shape.points; point++) {
      int pointFrom = packedFrom + point * shape.ic * shape.sumsPitch;
      for (int oc = ocBegin; oc < ocEnd; oc += 2 * lanes) {
        int from = point * shape.panelPointStep;
        int to = point * shape.sumsPointStep + oc;
        product.packedFrom = pointFrom + oc * shape.ic;
        if (oc + 2 * lanes > shape.sumsPitch) {
          run(narrow, product, from, to, tileCount);
          continue;
        }
        if (shape.touches) {
          touched ^= touch(packed, product.packedFrom, shape.ic * 2 * lanes);
        }
        // As many blocks of seven as it takes to leave whole blocks of eight.
        int inSevens = WinogradShape.SEVEN * shape.sevens(tileCount);
        if (inSevens > 0) {
          run(sevens, product, from, to, Math.min(inSevens, tileCount));
        }
        if (inSevens < tileCount) {
          run(
              wide,
              product,
              from + inSevens * shape.panelPitch,
              to + inSevens * shape.sumsPitch,
              tileCount - inSevens);
        }
      }
    }
    return touched;
  }

  private static void run(
      PointProductKernel kernel, PointProduct product, int from, int to, int tileCount) {
    product.panelFrom = from;
    product.sumsFrom = to;
    product.tileCount = tileCount;
    kernel.run(product);
  }

  /**
   * Reads one number of each cache line, as fast as memory gives them: the products wait for each
   * line in turn where weights come from a third-level cache.
   */
  private static int touch(float[] packed, int from, int count) {
    int bits0 = 0;
    int bits1 = 0;
    int bits2 = 0;
    int bits3 = 0;
    int last = from + count - 3 * LINE;
    for (int i = from; i < last; i += 4 * LINE) {
      bits0 ^= Float.floatToRawIntBits(packed[i]);
      bits1 ^= Float.floatToRawIntBits(packed[i + LINE]);
      bits2 ^= Float.floatToRawIntBits(packed[i + 2 * LINE]);
      bits3 ^= Float.floatToRawIntBits(packed[i + 3 * LINE]);
    }
    return bits0 ^ bits1 ^ bits2 ^ bits3;
  }
}

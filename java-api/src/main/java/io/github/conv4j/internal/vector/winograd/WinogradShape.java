package io.github.conv4j.internal.vector.winograd;

import io.github.conv4j.internal.vector.code.RegisterBlock;

/**
 * How the working arrays of a {@link WinogradPlan} are laid out: transformed source pixels {@code
 * [point][tile][ic]} and their products with weights {@code [point][tile][oc]}, {@code oc} in whole
 * vectors.
 */
final class WinogradShape {
  /** What both arrays may take of a second-level cache, in floats. */
  private static final long CACHE_FLOATS = 160 << 10;

  /** Fewer tiles would read all weights for too few products. */
  private static final int LEAST_TILES = 28;

  /** More weights than this do not stay in a second-level cache. */
  private static final int MANY_WEIGHTS = 256 << 10;

  /** Tiles that a product computes together where there are many registers; or one more. */
  static final int SEVEN = 7;

  /** What keeps the points, and tiles of many channels, off the same sets of a cache. */
  private static final int SKEW = 16;

  /** Source channels of a group. */
  final int ic;

  /** Output channels of a group. */
  final int oc;

  /** Products of one tile. */
  final int points;

  /** Most tiles of a group of tiles. */
  final int tiles;

  /** How many groups of tiles there are. */
  final int tileGroups;

  /** Whether weights are many, so that they are touched before they are used. */
  final boolean touches;

  final int panelPitch;
  final int panelPointStep;
  final int sumsPitch;
  final int sumsPointStep;

  /** Into how many ranges of output channels a group of tiles is cut for several threads. */
  final int segments;

  /** Tiles that a product computes together. */
  final int tileBlock;

  /** Output channels that a block of the products computes. */
  private final int block;

  /**
   * Lays the arrays out.
   *
   * @param leastParts how many parts the work should have if they stay worth their while
   */
  WinogradShape(int ic, int oc, int points, long tileCount, int lanes, int leastParts) {
    this.ic = ic;
    this.oc = oc;
    this.points = points;
    this.tileBlock = RegisterBlock.of(2).pixels();
    this.panelPitch = ic % 256 == 0 ? ic + SKEW : ic;
    this.sumsPitch = Math.ceilDiv(oc, lanes) * lanes;
    this.touches = packedFloats() > MANY_WEIGHTS;
    long room = CACHE_FLOATS / ((long) points * (panelPitch + sumsPitch));
    long most = Math.max(LEAST_TILES, room);
    if (!touches) {
      most = Math.clamp(Math.ceilDiv(tileCount, leastParts), RegisterBlock.PIXELS, most);
    }
    this.tiles = Math.toIntExact(Math.min(tileCount, evenly(tileCount, most)));
    this.tileGroups = Math.toIntExact(Math.ceilDiv(tileCount, tiles));
    this.block = 2 * lanes;
    // A last vector that begins early would read sums of another segment.
    this.segments =
        oc % lanes == 0
            ? Math.clamp(Math.ceilDiv(leastParts, tileGroups), 1, Math.ceilDiv(oc, block))
            : 1;
    int rows = tiles + RegisterBlock.PIXELS;
    this.panelPointStep = rows * panelPitch + SKEW;
    this.sumsPointStep = rows * sumsPitch + SKEW;
  }

  /** Groups of about the same size, in whole blocks. */
  private long evenly(long tileCount, long most) {
    long each = Math.ceilDiv(tileCount, Math.ceilDiv(tileCount, most));
    int whole = Math.min(tileBlock, SEVEN);
    return Math.ceilDiv(each, whole) * whole;
  }

  /** The first output channel of a segment; of the one after the last, all channels. */
  int segmentBegin(int segment) {
    long blocks = Math.ceilDiv(oc, block);
    return (int) Math.min(oc, blocks * segment / segments * block);
  }

  /** How many blocks are of seven tiles, so that the least rows beyond the last are computed. */
  int sevens(int tileCount) {
    if (tileBlock <= SEVEN) {
      return 0;
    }
    int blocks = Math.ceilDiv(tileCount, tileBlock);
    return Math.min(blocks, blocks * tileBlock - tileCount);
  }

  int panelFloats() {
    return Math.multiplyExact(points, panelPointStep);
  }

  int sumsFloats() {
    return Math.multiplyExact(points, sumsPointStep);
  }

  /** Floats of the packed weights of a group. */
  int packedFloats() {
    return Math.multiplyExact(points * ic, sumsPitch);
  }
}

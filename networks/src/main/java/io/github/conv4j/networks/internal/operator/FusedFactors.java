package io.github.conv4j.networks.internal.operator;

import org.jspecify.annotations.Nullable;

/**
 * A product and a sum of u8 in quanta of dst above its zero point: {@code (src - zeroPoint) *
 * factor * this.src + (other - zeroPoint) * this.other}.
 */
record FusedFactors(float src, float other) {
  /**
   * Sums of more quanta would lose parts of one: with 255 times as many, a rounding of floats is
   * 2<sup>-11</sup> quanta.
   */
  private static final double MOST_QUANTA = 32;

  /**
   * Returns them, or null where a tensor is signed or quanta differ too much.
   *
   * @param factors of src, null where there is none
   * @param other null where nothing is added
   */
  static @Nullable FusedFactors of(
      ByteScale src, @Nullable ByteScale factors, @Nullable ByteScale other, ByteScale dst) {
    if (src.isSigned() || dst.isSigned() || (other != null && other.isSigned())) {
      return null;
    }
    double ofSrc = (double) src.scale() / dst.scale();
    double ofOther = other == null ? 0 : (double) other.scale() / dst.scale();
    double most = factors == null ? ofSrc : ofSrc * factors.scale() * 255;
    if (!(most <= MOST_QUANTA && ofOther <= MOST_QUANTA)
        || ofSrc < Float.MIN_NORMAL
        || ofSrc > Float.MAX_VALUE) {
      return null;
    }
    return new FusedFactors((float) ofSrc, (float) ofOther);
  }
}

package io.github.conv4j.networks.internal.quantization;

/**
 * How numbers are bytes without sign: {@code x = scale * (q - zeroPoint)}, {@code q} from 0 to 255.
 * Zero is exactly one of them.
 */
record Scale(float scale, int zeroPoint) {
  private static final int MOST = 255;

  /** Returns what fits a range, widened to hold zero. */
  static Scale of(double low, double high) {
    double from = Math.min(low, 0);
    double to = Math.max(high, 0);
    if (from == to) {
      return new Scale(1, 0);
    }
    float scale = (float) Math.max((to - from) / MOST, Float.MIN_NORMAL);
    return new Scale(scale, (int) Math.clamp(Math.rint(-from / scale), 0, MOST));
  }

  /** Returns the byte that is nearest to a number. */
  int quantized(double value) {
    return (int) Math.clamp(Math.rint((float) (value / scale)) + zeroPoint, 0, MOST);
  }

  /** Returns the least number that is a byte. */
  double low() {
    return (double) scale * -zeroPoint;
  }

  /** Returns the greatest number that is a byte. */
  double high() {
    return (double) scale * (MOST - zeroPoint);
  }
}

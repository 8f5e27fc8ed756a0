package io.github.conv4j.networks.quantization;

/**
 * Which of the numbers that a tensor was seen to hold its integers must reach.
 *
 * <p><b>Memory.</b> Holds none; while a quantizer runs, all but {@link #minMax} take 32 KiB a
 * tensor. <b>Threads.</b> Immutable. <b>Errors.</b> See {@link #percentile}.
 */
public final class Calibration {
  private static final Calibration MIN_MAX = new Calibration(100, false);
  private static final Calibration LEAST_ERROR = new Calibration(100, true);

  private final double percent;
  private final boolean isLeastError;

  private Calibration(double percent, boolean isLeastError) {
    this.percent = percent;
    this.isLeastError = isLeastError;
  }

  /** All of them: from the least to the greatest. */
  public static Calibration minMax() {
    return MIN_MAX;
  }

  /**
   * Those of which integers lose least: the sum of the squared distances of what is cut off, and of
   * {@code step^2 / 12} for each number that is rounded, zeros among them, though these are exact:
   * where nearly all is 0 a smaller range is taken than need be. The limits are 128ths of the least
   * and of the greatest number.
   */
  public static Calibration leastError() {
    return LEAST_ERROR;
  }

  /**
   * So many percent, in the middle: what is rare and far out is cut off, for finer steps between
   * all others. Exact to a bin of a histogram, which is between a 1024th and a 2048th of the
   * greatest magnitude.
   *
   * @param percent more than 50, at most 100; 99.99 for example
   * @throws IllegalArgumentException if it is out of range
   */
  public static Calibration percentile(double percent) {
    if (!(percent > 50 && percent <= 100)) {
      throw new IllegalArgumentException(
          "the percentile must be more than 50 and at most 100 but is " + percent);
    }
    return new Calibration(percent, false);
  }

  boolean isLeastError() {
    return isLeastError;
  }

  /** Returns the share that counts: 1 for all. */
  double share() {
    return percent / 100;
  }

  @Override
  public String toString() {
    if (isLeastError) {
      return "least error";
    }
    return percent == 100 ? "minmax" : "percentile " + percent;
  }
}

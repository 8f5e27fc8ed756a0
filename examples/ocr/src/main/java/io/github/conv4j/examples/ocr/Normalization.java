package io.github.conv4j.examples.ocr;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a network expects of a channel: {@code (level * scale - mean) / deviation}, levels being 0
 * to 255.
 *
 * @param means one for each channel, or one for all
 * @param deviations likewise
 */
public record Normalization(double scale, double[] means, double[] deviations)
    implements Serializable {
  /** Levels from 0 to 1. */
  public static final Normalization UNIT =
      new Normalization(1 / 255.0, new double[] {0}, new double[] {1});

  /** Checks the numbers. */
  public Normalization {
    if (!Double.isFinite(scale) || scale == 0) {
      throw new IllegalArgumentException("the scale must not be " + scale);
    }
    if (means.length == 0 || deviations.length == 0) {
      throw new IllegalArgumentException("give a number for each channel, or one for all");
    }
    if (Arrays.stream(deviations).anyMatch(x -> !(x > 0))) {
      throw new IllegalArgumentException(
          "standard deviations must be positive but are " + Arrays.toString(deviations));
    }
  }

  /** Returns what a level of a channel becomes. */
  public float apply(int channel, double level) {
    return (float) ((level * scale - of(means, channel)) / of(deviations, channel));
  }

  private static double of(double[] list, int channel) {
    return list[Math.min(channel, list.length - 1)];
  }
}

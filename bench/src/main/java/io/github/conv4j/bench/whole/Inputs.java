package io.github.conv4j.bench.whole;

import java.util.SplittableRandom;

/** What all contenders are given. */
public final class Inputs {
  private Inputs() {}

  /** Returns the same floats for the same name and number. */
  public static float[] of(String name, long[] dims) {
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    var random = new SplittableRandom(name.hashCode());
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}

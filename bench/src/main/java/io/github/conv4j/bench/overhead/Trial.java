package io.github.conv4j.bench.overhead;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one JVM has measured; times in nanoseconds.
 *
 * @param disagreement how C and Java differ in what they compute; null if they do not
 * @param prepares one entry for each of {@link PrepareTimes#layers}
 * @param calls one entry for each of {@link Layer#all}; empty after a disagreement
 */
record Trial(@Nullable String disagreement, List<Prepares> prepares, List<Calls> calls) {

  /**
   * What prepare took.
   *
   * @param first of a problem that the process had not seen
   * @param second right after it
   * @param seen the median of the 200 after that
   * @param warm the median of 200 when the JVM has compiled everything
   */
  record Prepares(double first, double second, double seen, double warm) {}

  /**
   * What calls took: medians over the rounds.
   *
   * @param implementation oneDNN's name for the code that ran
   * @param confined from Java, tensors in a confined arena
   * @param shared likewise in a shared arena
   * @param floor from C, with what Java adds; null without a C program
   */
  record Calls(String implementation, double confined, double shared, @Nullable Floor floor) {}

  /** From C, and the medians of what neighbouring Java measurements take more. */
  record Floor(double nanos, Added confined, Added shared) {}

  /** The difference, and the difference as a share of the time from C. */
  record Added(double nanos, double share) {
    static Added of(double[] fromJava, double[] fromC) {
      double[] nanos = new double[fromC.length];
      double[] share = new double[fromC.length];
      for (int i = 0; i < fromC.length; i++) {
        nanos[i] = fromJava[i] - fromC[i];
        share[i] = nanos[i] / fromC[i];
      }
      return new Added(MedianEstimate.of(nanos).median(), MedianEstimate.of(share).median());
    }
  }
}

package io.github.conv4j.bench.tour;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.Step;
import io.github.conv4j.problem.ErrorBound;
import java.util.Arrays;

/**
 * How far engines may be apart. Where all numbers are multiples of one power of two and no sum
 * leaves the 24 bits of a float, nothing is rounded and every order of summation gives the same
 * bits; elsewhere an {@link ErrorBound} holds.
 */
final class Agreement {
  private static final double LARGEST_SRC = 255;
  private static final double EXACT_INTEGERS = 1 << 24;
  private static final int MOST_FRACTION_BITS = 24;

  private Agreement() {}

  /** Tells whether every engine must give the same numbers. */
  static boolean isExact(Work work) {
    double[] most = new double[(int) work.src().dim(1)];
    Arrays.fill(most, LARGEST_SRC);
    int fractionBits = 0;
    var weights = work.weights().iterator();
    for (Step step : work.steps().steps()) {
      switch (step) {
        case Convolution convolution -> {
          float[] own = weights.next();
          fractionBits += fractionBits(own);
          most = largestSums(convolution, own, most);
        }
        case ChannelShuffle shuffle -> {
          double[] from = most;
          most = new double[from.length];
          Arrays.setAll(most, i -> from[(int) shuffle.sourceChannel(i)]);
        }
      }
      double largest = Arrays.stream(most).max().orElse(0);
      if (largest * Math.scalb(1.0, fractionBits) > EXACT_INTEGERS) {
        return false;
      }
    }
    return true;
  }

  /** Returns how many bits after the binary point the weights need. */
  private static int fractionBits(float[] weights) {
    int bits = 0;
    for (float weight : weights) {
      while (bits < MOST_FRACTION_BITS
          && Math.scalb((double) weight, bits) != Math.rint(Math.scalb((double) weight, bits))) {
        bits++;
      }
    }
    return bits;
  }

  private static double[] largestSums(Convolution convolution, float[] weights, double[] most) {
    int groups = (int) convolution.groups();
    int first = (int) convolution.weightsShape().dim(0);
    int second = (int) convolution.weightsShape().dim(1);
    int taps = weights.length / first / second;
    double[] sums = new double[(int) convolution.outChannels()];
    for (int i = 0; i < weights.length; i++) {
      int outer = i / taps / second;
      int inner = i / taps % second;
      int group = outer / (first / groups);
      int in = convolution.isTransposed() ? outer : group * second + inner;
      int out = convolution.isTransposed() ? group * second + inner : outer;
      sums[out] += Math.abs(weights[i]) * most[in];
    }
    return sums;
  }

  /** Returns the bound of a computation that rounds. */
  static ErrorBound bound(Work work) {
    long accumulations = 0;
    for (Convolution convolution : work.steps().convolutions()) {
      long products =
          convolution.isTransposed()
              ? convolution.weightsShape().elementCount()
                  / convolution.weightsShape().dim(1)
                  / convolution.groups()
              : convolution.weightsShape().elementCount() / convolution.outChannels();
      accumulations += products + 2;
    }
    return new ErrorBound(accumulations);
  }
}

package io.github.conv4j.networks.internal.pass;

import org.jspecify.annotations.Nullable;

/**
 * Weights of the transposed convolution that is a convolution of an image with repeated pixels.
 *
 * <p>Along one axis, where each pixel of {@code x} is there {@code d} times, {@code dst[y] = sum
 * over t of w[t] * x[floor((y + t - p) / d)]}. As {@code sum over i of x[i] * v[y - d * i + k - 1 -
 * p]} that is a transposed convolution of stride {@code d} with {@code k + d - 1} weights: {@code
 * v[u]} is the sum of {@code w[t]} over {@code k - 1 - u <= t < k - 1 - u + d}.
 */
final class RepeatedWeights {
  private final long[] kernel;
  private final long[] factors;

  /**
   * Describes them.
   *
   * @param kernel weights of the convolution along each axis
   * @param factors how often each pixel is there along each axis
   */
  RepeatedWeights(long[] kernel, long[] factors) {
    this.kernel = kernel;
    this.factors = factors;
  }

  /** Returns how many there are along an axis. */
  long size(int axis) {
    return Math.addExact(kernel[axis], factors[axis] - 1);
  }

  /** Returns how many there are for a channel and an output. */
  long count() {
    long count = 1;
    for (int axis = 0; axis < kernel.length; axis++) {
      count = Math.multiplyExact(count, size(axis));
    }
    return count;
  }

  /**
   * Returns them as {@code [channels, oc, ...]}, or null where one is not finite.
   *
   * @param weights {@code [oc, ic, ...]}
   * @param first of the channels of the image among {@code ic}
   */
  float @Nullable [] sums(float[] weights, int oc, int ic, int first, int channels) {
    int taps = weights.length / (oc * ic);
    double[] sums = new double[channels * oc * taps];
    for (int i = 0; i < sums.length; i++) {
      int output = i / taps % oc;
      int channel = i / (taps * oc) + first;
      sums[i] = weights[(output * ic + channel) * taps + i % taps];
    }
    for (int axis = 0; axis < kernel.length; axis++) {
      sums = sums(sums, axis, channels * oc);
    }
    float[] all = new float[sums.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) sums[i];
    }
    return Convolutions.areFinite(all) ? all : null;
  }

  /** Returns the sums along one axis more; those before it have theirs. */
  private double[] sums(double[] weights, int axis, int outer) {
    int before = outer;
    for (int i = 0; i < axis; i++) {
      before *= (int) size(i);
    }
    int taps = (int) kernel[axis];
    int size = (int) size(axis);
    int behind = weights.length / (before * taps);
    double[] sums = new double[before * size * behind];
    for (int i = 0; i < weights.length; i++) {
      int tap = i / behind % taps;
      int at = (i / (behind * taps) * size + taps - 1 - tap) * behind + i % behind;
      for (int r = 0; r < factors[axis]; r++) {
        sums[at + r * behind] += weights[i];
      }
    }
    return sums;
  }
}

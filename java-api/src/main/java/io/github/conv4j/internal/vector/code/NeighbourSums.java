package io.github.conv4j.internal.vector.code;

import java.util.function.IntFunction;

/**
 * The sums of neighbouring pixels whose windows overlap, while a kernel is written: each source
 * vector of a row is read once for all pixels that see it.
 */
public final class NeighbourSums {
  private final KernelCode code;
  private final int stride;
  private final VectorVariable[] sums;

  /**
   * Begins with one vector for all pixels.
   *
   * @param stride from the window of one pixel to that of the next, in source vectors
   */
  public NeighbourSums(KernelCode code, int pixels, int stride, Vector begin) {
    this.code = code;
    this.stride = stride;
    this.sums = code.locals(pixels, p -> begin);
  }

  /** Returns how many source vectors so many neighbouring pixels see. */
  public static int span(int pixels, int stride, int taps) {
    return (pixels - 1) * stride + taps;
  }

  /**
   * Adds the products of a row of taps.
   *
   * @param source returns a source vector, counted from the first tap of the first pixel on
   * @param weights one vector a tap
   */
  public void addRow(IntFunction<Vector> source, Vector[] weights) {
    for (int i = 0; i < span(sums.length, stride, weights.length); i++) {
      add(i, code.local(source.apply(i)), weights);
    }
  }

  /**
   * Adds the products of one source vector. The order of the sums decides which of them C2 keeps in
   * registers: with stride 1 the last one first was measured to be faster, else the first one.
   *
   * @param index which of the row, counted from the first tap of the first pixel on
   */
  public void add(int index, VectorVariable source, Vector[] weights) {
    for (int i = 0; i < sums.length; i++) {
      int p = stride == 1 ? sums.length - 1 - i : i;
      int tap = index - p * stride;
      if (tap >= 0 && tap < weights.length) {
        sums[p].set(source.fma(weights[tap], sums[p]));
      }
    }
  }

  /** Takes over the sums of others. */
  public void set(NeighbourSums others) {
    for (int p = 0; p < sums.length; p++) {
      sums[p].set(others.sums[p]);
    }
  }

  /** Begins again. */
  public void set(Vector begin) {
    for (VectorVariable sum : sums) {
      sum.set(begin);
    }
  }

  /** Returns the sums of all pixels. */
  public VectorVariable[] all() {
    return sums;
  }

  /** Returns the sum of a pixel. */
  public VectorVariable of(int pixel) {
    return sums[pixel];
  }
}

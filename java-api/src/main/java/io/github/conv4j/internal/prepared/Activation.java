package io.github.conv4j.internal.prepared;

import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;

/**
 * Sizes and strides of a 1D, 2D or 3D activation seen as {@code [n, c, d, h, w]}, in elements; axes
 * that are not there have size 1 and stride 0.
 */
public record Activation(
    int n, int c, int d, int h, int w, long sn, long sc, long sd, long sh, long sw) {
  /**
   * Returns those of a spec.
   *
   * @throws IllegalArgumentException if the layout is blocked
   * @throws ArithmeticException if a size is beyond 32 bits
   */
  public static Activation of(TensorSpec spec) {
    if (spec.layout() instanceof Layout.Blocked) {
      throw new IllegalArgumentException(spec + " has no plain strides");
    }
    Shape shape = spec.shape();
    long[] s = spec.strides();
    int rank = shape.rank();
    return new Activation(
        Math.toIntExact(shape.dim(0)),
        Math.toIntExact(shape.dim(1)),
        rank > 4 ? Math.toIntExact(shape.dim(rank - 3)) : 1,
        rank > 3 ? Math.toIntExact(shape.dim(rank - 2)) : 1,
        Math.toIntExact(shape.dim(rank - 1)),
        s[0],
        s[1],
        rank > 4 ? s[rank - 3] : 0,
        rank > 3 ? s[rank - 2] : 0,
        s[rank - 1]);
  }

  /** Whether a tensor has its channels last, without gaps. */
  public static boolean isDenseChannelsLast(TensorSpec spec) {
    return spec.isChannelsLast();
  }

  /** Whether the channels of a pixel are neighbours. */
  public boolean isChannelsLast() {
    return sc == 1;
  }

  /** All pixels of all images as one row; the tensor is {@link #isDenseChannelsLast}. */
  public Activation flattened() {
    return new Activation(1, c, 1, 1, n * d * h * w, 0, 1, 0, 0, c);
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;

/**
 * Sizes and strides of a 1D, 2D or 3D activation seen as {@code [n, c, d, h, w]}, in elements; axes
 * that are not there have size 1.
 */
record Strides5(
    long n, long c, long d, long h, long w, long sn, long sc, long sd, long sh, long sw) {

  static Strides5 of(TensorSpec spec) {
    if (spec.layout() instanceof Layout.Blocked) {
      throw new IllegalArgumentException(spec + " has no plain strides");
    }
    Shape shape = spec.shape();
    long[] s = spec.strides();
    int rank = shape.rank();
    return new Strides5(
        shape.dim(0),
        shape.dim(1),
        rank > 4 ? shape.dim(rank - 3) : 1,
        rank > 3 ? shape.dim(rank - 2) : 1,
        shape.dim(rank - 1),
        s[0],
        s[1],
        rank > 4 ? s[rank - 3] : 0,
        rank > 3 ? s[rank - 2] : 0,
        s[rank - 1]);
  }
}

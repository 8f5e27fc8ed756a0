package io.github.conv4j.engine;

/** Which algorithms an engine may choose from. */
public enum Accuracy {
  /**
   * Direct algorithms only: each product of the definition is computed and added once, so that
   * results on small integers are exact and every rounding error obeys the bound of a sum.
   */
  STRICT,

  /**
   * Also algorithms that compute fewer products, such as Winograd's for 3x3 kernels of stride 1,
   * also where an engine makes such a convolution of another one. Their results differ from the
   * definition by at most {@code 2e-5} in the relative L2 norm for f32; they are not exact on
   * integers. A source value that is infinite or not a number may spread to outputs beside those
   * whose windows it lies in.
   *
   * @see <a href="https://arxiv.org/abs/1509.09308">Lavin and Gray, Fast Algorithms for
   *     Convolutional Neural Networks</a>
   */
  RELAXED
}

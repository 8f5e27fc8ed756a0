package io.github.conv4j.engine;

/**
 * Which algorithms an engine may choose from.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 */
public enum Accuracy {
  /**
   * Direct algorithms only: each product of the definition is computed once, without rounding where
   * the CPU has fused multiply-add, and added once.
   *
   * <p>In which order they are added is the implementation's: some keep a sum for each output, some
   * a sum for each lane of input channels and add the lanes at the end, some sum parts of the input
   * channels or of the kernel one after the other. So results on small integers are exact, and the
   * same bits everywhere; on other numbers the last bits may differ between implementations, vector
   * widths and engines, and every result obeys the bound of {@link
   * io.github.conv4j.problem.ErrorBound}, which holds for any order: {@code gamma(n) * sum of
   * |products|}. That bounds no share of the result: where the products cancel, the error may be
   * larger than what is left of them. Products with padding may be added as zeros.
   */
  STRICT,

  /**
   * Also algorithms that compute fewer products, such as Winograd's for 3x3 kernels of stride 1,
   * also where an engine makes such a convolution of another one. Their results differ from the
   * definition by at most {@code 2e-5} in the relative L2 norm for f32, over the whole of a dst;
   * they are not exact on integers. That bounds no single element: one whose products cancel, or
   * that is small beside its neighbours, may be off by many times its own size (as its last bits
   * may be with {@link #STRICT}). A source value that is infinite or not a number may spread to
   * outputs beside those whose windows it lies in.
   *
   * @see <a href="https://arxiv.org/abs/1509.09308">Lavin and Gray, Fast Algorithms for
   *     Convolutional Neural Networks</a>
   */
  RELAXED
}

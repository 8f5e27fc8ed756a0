package io.github.conv4j;

/**
 * What f32 numbers may be rounded to before they are multiplied, oneDNN's floating-point math mode.
 * It concerns convolutions whose src and weights are both f32; of others it says nothing.
 *
 * <p>It is a permission, not an order: where the CPU gains nothing by it, f32 is kept, and {@code
 * explain()} says so.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 *
 * @see <a
 *     href="https://uxlfoundation.github.io/oneDNN/dev_guide_attributes_fpmath_mode.html">oneDNN
 *     floating-point math mode</a>
 */
public enum FpmathMode {
  /** To nothing: products are those of the numbers as they are. */
  STRICT,

  /**
   * Src and weights each to bf16, half to even; sums, bias and post-ops stay f32. A product is then
   * off by up to {@code 2^-7 + 2^-16} of itself, which {@link
   * io.github.conv4j.problem.ErrorBound#of} adds; small integers stay exact. Magnitudes from about
   * 3.39e38 on become infinite, and those below 2^-126 may become 0, which no share of a product
   * bounds.
   */
  BF16
}

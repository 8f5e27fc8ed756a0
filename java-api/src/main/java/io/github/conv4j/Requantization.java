package io.github.conv4j;

/**
 * How the sums of a convolution of integers become what dst holds. It concerns convolutions of
 * integers, of others it says nothing, and in networks what multiplies and adds bytes as well.
 *
 * <p>It is a permission, not an order: where an engine gains nothing by it, it computes as {@link
 * #EXACT} says.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 *
 * @see <a href="https://uxlfoundation.github.io/oneDNN/dev_guide_attributes_quantization.html">
 *     oneDNN quantization</a>
 */
public enum Requantization {
  /**
   * Operation by operation, as {@link ConvolutionTypes} lists them: every engine gives the same
   * bits.
   */
  EXACT,

  /**
   * Inside of the kernel that sums. Sums are exact all the same, but scales may be merged to one
   * factor, {@code srcScale * weightsScale / dstScale}, as ONNX Runtime does, products may be added
   * without being rounded before, and the zero point of dst before bytes are rounded to. A byte may
   * thus be the other neighbour where what is defined lies about in the middle between two
   * integers: see {@link io.github.conv4j.problem.ErrorBound#ofFusedRequantization} and {@link
   * io.github.conv4j.problem.ErrorBound#afterRequantization}.
   */
  FUSED
}

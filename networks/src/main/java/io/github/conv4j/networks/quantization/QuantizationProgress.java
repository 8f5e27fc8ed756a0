package io.github.conv4j.networks.quantization;

/**
 * Is told how far a quantizer is.
 *
 * <p><b>Memory.</b> Up to the implementation. <b>Threads.</b> Called by the thread that quantizes.
 * <b>Errors.</b> What it throws ends the quantization.
 */
@FunctionalInterface
public interface QuantizationProgress {
  /**
   * A sample is next.
   *
   * @param what is done with it, in a word
   * @param pass over all samples, from 1 on
   * @param passes how many there will be, as far as is known: may change while layers turn out to
   *     be quantized or not
   */
  void next(String what, int pass, int passes);
}

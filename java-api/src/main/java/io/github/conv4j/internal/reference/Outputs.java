package io.github.conv4j.internal.reference;

/** What an exact sum becomes before it is written. */
interface Outputs {
  /**
   * Returns the output.
   *
   * @param sum of the products, and of the bias where that is added to the sum
   * @param index of the output in row-major order
   * @param runOperands in row-major order
   */
  double of(double sum, int channel, int index, float[][] runOperands);
}

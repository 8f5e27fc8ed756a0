package io.github.conv4j;

import io.github.conv4j.tensor.Shape;

/**
 * One step of a {@link ConvolutionSequence}: a convolution or a channel shuffle. Immutable.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A source that does not
 * fit, and numbers out of range, are refused with {@link IllegalArgumentException}.
 */
public sealed interface Step permits Convolution, ChannelShuffle {
  /**
   * Returns the shape of the result.
   *
   * @throws IllegalArgumentException if the source does not fit; names both sides
   */
  Shape outputShape(Shape src);

  /** Returns how many weights and biases the step has. */
  long parameterCount();

  /**
   * Returns how many multiplications one run takes.
   *
   * @throws IllegalArgumentException if the source does not fit or the number overflows
   */
  long multiplications(Shape src);

  /**
   * Returns how many neighbouring source elements along each spatial axis are seen by {@code
   * outputs} neighbouring outputs.
   *
   * @param outputs one number a spatial axis, each at least 1
   * @throws IllegalArgumentException if there is not one number an axis, one is below 1, or a
   *     result overflows
   */
  long[] receptiveField(long[] outputs);
}

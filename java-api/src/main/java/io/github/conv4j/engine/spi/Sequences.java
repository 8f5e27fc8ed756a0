package io.github.conv4j.engine.spi;

import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;

/**
 * Sequences for an engine that can prepare single convolutions.
 *
 * <p><b>Memory.</b> What is prepared owns the buffers between the steps. <b>Threads.</b> May be
 * used by any number at once. <b>Errors.</b> See {@link #prepare}.
 */
public final class Sequences {
  private Sequences() {}

  /**
   * Prepares the steps of a sequence one by one: each runs on the result of the one before. An
   * engine's {@link Engine#prepare(ConvolutionSequence, TensorSpec, List)} can return this.
   *
   * <p>The engine does not know of the sequence, only of its steps: {@link
   * PreparedConvolution#explain} says so, and whoever prepared the sequence closes it before the
   * engine.
   *
   * @param engine prepares the steps
   * @param parameters one entry for each of {@link ConvolutionSequence#convolutions}, in order
   * @throws IllegalArgumentException if the number of entries is another one. Otherwise this throws
   *     what the engine throws
   */
  public static PreparedConvolution prepare(
      Engine engine, ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return PreparedSequence.prepare(engine, sequence, src, parameters);
  }
}

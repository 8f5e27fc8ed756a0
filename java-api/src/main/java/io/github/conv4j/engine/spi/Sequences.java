package io.github.conv4j.engine.spi;

import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import java.util.Objects;

/**
 * The sequences of an engine that can prepare single convolutions. An engine holds one of these,
 * returns what {@link #prepare} makes from its own {@link Engine#prepare(ConvolutionSequence,
 * TensorSpec, List)}, and closes it first when it is closed.
 *
 * <p><b>Memory.</b> What is prepared owns its steps and the buffers between them; {@link #close}
 * closes what is still open; what is never closed is freed when it is garbage, with a warning.
 * <b>Threads.</b> May be used by any number at once; as many calls run at once as the options allow
 * threads, and their steps take what threads the engine gives them. <b>Errors.</b> See {@link
 * #prepare}.
 */
public final class Sequences implements AutoCloseable {
  private final Ledger ledger;

  private Sequences(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Creates the sequences of an engine.
   *
   * @param engine its name, for messages
   * @param options how many threads calls may take and how many callers may wait
   */
  public static Sequences of(String engine, EngineOptions options) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(options, "options");
    return new Sequences(new Ledger(engine, options));
  }

  /**
   * Prepares the steps of a sequence one by one: each runs on the result of the one before.
   *
   * @param engine prepares the steps
   * @param parameters one entry for each of {@link ConvolutionSequence#convolutions}, in order
   * @throws IllegalArgumentException if the number of entries is another one. Otherwise this throws
   *     what the engine throws
   * @throws IllegalStateException if this is closed
   */
  public PreparedConvolution prepare(
      Engine engine, ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(parameters, "parameters");
    return PreparedSequence.prepareStepByStep(engine, ledger, sequence, src, parameters);
  }

  /**
   * Closes the sequences that are still open, with a warning each, after the calls in flight. No
   * more can be prepared. Further calls do nothing.
   */
  @Override
  public void close() {
    ledger.close();
  }
}

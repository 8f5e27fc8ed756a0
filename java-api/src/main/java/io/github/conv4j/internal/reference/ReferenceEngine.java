package io.github.conv4j.internal.reference;

import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.internal.prepared.Fpmath;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.Limits;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.Preparing;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The naive loops in double: slow, readable, the definition of every other engine. */
final class ReferenceEngine implements Engine, LedgerOwner {
  static final String NAME = "reference";
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  private static final String WARNING =
      "the reference is for validation: expect it to be very slow";

  private static final String NO_ROUNDING = "fpmath bf16: the reference rounds nothing";

  private final Ledger ledger;
  private final EngineOptions options;

  ReferenceEngine(EngineOptions options) {
    this.options = options;
    this.ledger = new Ledger(NAME, options);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public EngineLoad load() {
    return ledger.load();
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  @Override
  public Support support(ConvolutionRequest request) {
    return Limits.support(lack(request), Fpmath.mayRound(request) ? NO_ROUNDING : "");
  }

  private static @Nullable String lack(ConvolutionRequest request) {
    String lack = Limits.ofElements(request, MOST_ELEMENTS);
    return lack == null ? Limits.ofTypes(request) : lack;
  }

  @Override
  public PreparedConvolution prepare(ConvolutionRequest request) {
    return Preparing.recorded(() -> prepareChecked(request));
  }

  private PreparedConvolution prepareChecked(ConvolutionRequest request) {
    ledger.requireOpen();
    var checked = PrepareRequest.of(request);
    Limits.requireSupport(NAME, checked, lack(request));
    PreparedConvolution prepared = ReferenceConvolution.prepare(NAME, WARNING, checked, ledger);
    return Fpmath.explained(prepared, checked, NO_ROUNDING, ledger);
  }

  @Override
  public PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return PreparedSequence.prepareStepByStep(this, ledger, sequence, src, parameters);
  }

  @Override
  public void close() {
    ledger.close();
  }
}

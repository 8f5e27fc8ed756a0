package io.github.conv4j.internal.reference;

import io.github.conv4j.Convolution;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import org.jspecify.annotations.Nullable;

/** The naive loops in double: slow, readable, the definition of every other engine. */
final class ReferenceEngine implements Engine, LedgerOwner {
  static final String NAME = "reference";
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  private static final String WARNING =
      "the reference is for validation: expect it to be very slow";

  private final Ledger ledger;
  private final EngineOptions options;

  ReferenceEngine(EngineOptions options) {
    this.options = options;
    this.ledger = new Ledger(NAME, options.threads());
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
  public EngineOptions options() {
    return options;
  }

  @Override
  public Support support(Convolution convolution, TensorSpec src) {
    Shape dst = convolution.outputShape(src.shape());
    if (src.dataType() != DataType.F32) {
      return new Support.Unsupported("it computes f32 but src is " + src.dataType());
    }
    for (Shape shape : new Shape[] {src.shape(), dst, convolution.weightsShape()}) {
      if (shape.elementCount() > MOST_ELEMENTS) {
        return new Support.Unsupported(
            "it works on arrays of up to %d elements but %s has %d"
                .formatted(MOST_ELEMENTS, shape, shape.elementCount()));
      }
    }
    return new Support.Supported();
  }

  @Override
  public PreparedConvolution prepare(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    ledger.requireOpen();
    var request = PrepareRequest.of(convolution, src, dst, weights, bias);
    if (support(convolution, src) instanceof Support.Unsupported no) {
      throw new UnsupportedConvolutionException(NAME, request.problemText(), no.reason());
    }
    if (dst.dataType() != DataType.F32) {
      throw new UnsupportedConvolutionException(
          NAME, request.problemText(), "it computes f32 but dst is " + dst.dataType());
    }
    return ReferenceConvolution.prepare(NAME, WARNING, request, ledger);
  }

  @Override
  public void close() {
    ledger.close();
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A padding mode that an engine lacks: a padded copy, then a convolution without padding. */
public final class PaddedConvolution extends CheckedConvolution<Buffers> {
  private final Pad pad;
  private final PreparedConvolution inner;

  private PaddedConvolution(
      TensorSpec src,
      TensorSpec padded,
      PreparedConvolution inner,
      Explanation explanation,
      Ledger ledger,
      Pad pad,
      int threads) {
    super(
        src,
        inner.dst(),
        explanation,
        ledger,
        threads,
        () -> new Buffers(List.of(padded)),
        inner);
    this.pad = pad;
    this.inner = inner;
  }

  /** Prepares the composition on an engine that takes the convolution without padding. */
  public static PreparedConvolution prepare(Engine engine, Ledger ledger, PrepareRequest request) {
    Convolution convolution = request.convolution();
    TensorSpec src = settled(request.src());
    Shape paddedShape = Pad.paddedShape(request.geometry());
    TensorSpec padded = TensorSpec.of(src.dataType(), paddedLayout(src), paddedShape);
    Convolution bare = convolution.toBuilder().padding(Padding.valid()).build();
    PreparedConvolution inner =
        engine.prepare(bare, padded, request.dst(), request.weights(), request.bias());
    try {
      var pad = new Pad(convolution.padding().mode(), request.geometry().axes(), src, padded);
      return new PaddedConvolution(
          src,
          padded,
          inner,
          explanation(convolution, src, padded, inner.explain()),
          ledger,
          pad,
          engine.options().threads());
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  private static TensorSpec settled(TensorSpec src) {
    boolean keeps = src.layout() instanceof Layout.Plain || src.layout() instanceof Layout.Strided;
    return keeps ? src : src.withLayout(Layout.channelsLast(src.shape().rank()));
  }

  private static Layout paddedLayout(TensorSpec src) {
    return src.layout() instanceof Layout.Plain plain
        ? plain
        : Layout.channelsLast(src.shape().rank());
  }

  private static Explanation explanation(
      Convolution convolution, TensorSpec src, TensorSpec padded, Explanation inner) {
    List<Explanation.Stage> stages = new ArrayList<>();
    String mode = convolution.padding().mode().name().toLowerCase(Locale.ROOT);
    stages.add(
        new Explanation.Stage("pad " + mode, "java:copy", src, padded, "", 0, padded.byteSize()));
    stages.addAll(inner.stages());
    return new Explanation(
        inner.engine(), convolution + " on " + src, stages, inner.warnings());
  }

  @Override
  protected void run(Buffers buffers, Tensor src, Tensor dst) {
    Tensor padded = buffers.get(0);
    pad.run(src, padded);
    inner.execute(padded, dst);
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * A transposed convolution of bytes to floats of few channels: what {@link SubpixelConvolution} is
 * for floats.
 */
final class FusedSubpixel {
  private FusedSubpixel() {}

  /**
   * Prepares; null where the problem has no such view, or there is no kernel for it.
   *
   * @param request as {@link TypedConvolution.NarrowKernels#ofFusedBytes} takes it
   */
  static @Nullable PreparedConvolution prepare(
      String engine, Ledger ledger, PrepareRequest request, TypedConvolution.NarrowKernels narrow) {
    Subpixel subpixel =
        request.dst().dataType() == DataType.F32
                && request.convolution().isTransposed()
                && request.convolution().postOps().isPointwise()
                && request.settled().src().layout() instanceof Layout.Plain
            ? Subpixel.of(request)
            : null;
    if (subpixel == null) {
      return null;
    }
    PreparedConvolution inner;
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest blocks = blocks(request.settled(), subpixel, arena);
      inner = blocks == null ? null : narrow.ofFusedBytes(blocks);
    }
    return inner == null
        ? null
        : SubpixelConvolution.interleaved(engine, ledger, request, subpixel, inner);
  }

  /** Returns the request of what writes the blocks; null where its windows are not served. */
  private static @Nullable PrepareRequest blocks(
      PrepareRequest asked, Subpixel subpixel, Arena arena) {
    TensorSpec src = asked.src();
    TensorSpec blocks =
        TensorSpec.of(DataType.F32, src.layout(), subpixel.blocks(asked.dst().shape()));
    Quantization quantization = asked.convolution().quantization();
    Convolution plain = subpixel.convolution();
    float[] scales = new float[(int) plain.outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = quantization.weightsScale(i % (int) asked.convolution().outChannels());
    }
    Convolution convolution =
        plain.toBuilder()
            .quantization(
                Quantization.none().withSrc(1, quantization.srcZeroPoint()).withWeights(scales))
            .build();
    var geometry = convolution.geometry(src.shape());
    return FusedRequantization.hasServedWindows(convolution, geometry)
        ? new PrepareRequest(
            convolution,
            geometry,
            src,
            blocks,
            bytes(subpixel.weights(asked.weights(), arena), arena),
            subpixel.bias(asked.bias(), arena))
        : null;
  }

  private static Tensor bytes(Tensor floats, Arena arena) {
    Shape shape = floats.spec().shape();
    float[] values = floats.toFloatArray();
    int[] integers = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      integers[i] = (int) values[i];
    }
    return Tensor.ofInts(TensorSpec.weights(shape).withDataType(DataType.S8), integers, arena);
  }
}

package io.github.conv4j.internal.shadow;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.FusedOutputs;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What another engine has prepared to compute calls of a subject again. Of integers, the whole; of
 * floats the sums, and the sums of magnitudes, both in f32, which holds every number of bf16 and
 * f16.
 */
final class Recomputation implements AutoCloseable {
  private final PreparedConvolution whole;
  private final @Nullable PreparedConvolution magnitudes;

  private Recomputation(PreparedConvolution whole, @Nullable PreparedConvolution magnitudes) {
    this.whole = whole;
    this.magnitudes = magnitudes;
  }

  static Recomputation of(Subject subject, Engine other) {
    if (subject.problem().types().isQuantized()) {
      var request = isFused(subject) ? scaledSums(subject.request()) : subject.request();
      return new Recomputation(other.prepare(request), null);
    }
    float[] weights = subject.request().weights().orElseThrow().toFloatArray();
    Tensor biasTensor = subject.bias();
    float[] bias = biasTensor == null ? null : biasTensor.toFloatArray();
    PreparedConvolution sums = prepareSums(subject, other, weights, bias);
    try {
      makeMagnitudes(weights);
      if (bias != null) {
        makeMagnitudes(bias);
      }
      return new Recomputation(sums, prepareSums(subject, other, weights, bias));
    } catch (Throwable e) {
      sums.close();
      throw e;
    }
  }

  /** Whether what is compared are scaled sums, from which outputs and their bounds follow. */
  static boolean isFused(Subject subject) {
    Problem problem = subject.problem();
    return FusedOutputs.include(problem.convolution(), problem.types().dst());
  }

  private static ConvolutionRequest scaledSums(ConvolutionRequest request) {
    Convolution convolution = request.convolution();
    Convolution scaled =
        convolution
            .withPostOps(PostOps.none())
            .withQuantization(convolution.quantization().withDst(1, 0))
            .withRequantization(Requantization.EXACT);
    return ConvolutionRequest.of(scaled, request.src())
        .withDst(request.dst().withDataType(DataType.F32))
        .withParameters(request.weights().orElseThrow(), request.bias().orElse(null));
  }

  private static PreparedConvolution prepareSums(
      Subject subject, Engine other, float[] weights, float @Nullable [] bias) {
    Problem problem = subject.problem();
    Convolution sums =
        problem.convolution().withPostOps(PostOps.none()).withFpmathMode(FpmathMode.STRICT);
    TensorSpec src = subject.request().src();
    int rank = src.shape().rank();
    // The channels where the call has them.
    Layout layout = src.strides()[1] == 1 ? Layout.channelsLast(rank) : Layout.channelsFirst(rank);
    return other.prepare(sums, TensorSpec.of(DataType.F32, layout, problem.src()), weights, bias);
  }

  /** NaN and infinity count for nothing, so that a magnitude is infinite where sums overflow. */
  static void makeMagnitudes(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isFinite(values[i]) ? Math.abs(values[i]) : 0;
    }
  }

  /** Computes a call of integers again; the result lies in the arena. */
  Tensor again(Tensor src, List<Tensor> operands, Arena arena) {
    Tensor again = Tensor.allocate(whole.dst(), arena);
    if (operands.isEmpty()) {
      whole.execute(src, again);
    } else {
      var call = whole.call().src(src).dst(again);
      for (int i = 0; i < operands.size(); i++) {
        call.operand(i, operands.get(i));
      }
      call.execute();
    }
    return again;
  }

  /** Returns the sums of these numbers, in the order of dst's shape. */
  float[] sums(float[] src) {
    return run(whole, src);
  }

  /** Returns the sums of magnitudes. */
  float[] magnitudes(float[] magnitudesOfSrc) {
    if (magnitudes == null) {
      throw new IllegalStateException("integers need no bound");
    }
    return run(magnitudes, magnitudesOfSrc);
  }

  private static float[] run(PreparedConvolution prepared, float[] values) {
    // Confined: to close a shared one makes other threads run Java code of theirs uncompiled.
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.ofFloats(prepared.src(), values, arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(src, dst);
      return dst.toFloatArray();
    }
  }

  /** Returns the bytes that this holds. */
  long byteSize() {
    return byteSize(whole) + (magnitudes == null ? 0 : byteSize(magnitudes));
  }

  private static long byteSize(PreparedConvolution prepared) {
    return prepared.explain().weightsByteSize() + prepared.explain().scratchpadByteSize();
  }

  @Override
  public void close() {
    whole.close();
    if (magnitudes != null) {
      magnitudes.close();
    }
  }
}

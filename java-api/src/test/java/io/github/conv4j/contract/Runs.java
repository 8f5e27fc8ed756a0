package io.github.conv4j.contract;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Whole runs from arrays to arrays, in row-major order. */
public final class Runs {
  private Runs() {}

  /** Runs a convolution on the reference. */
  public static float[] reference(
      Convolution convolution, Shape src, float[] x, float[] weights, float @Nullable [] bias) {
    try (Engine engine = Engines.named("reference")) {
      return on(engine, convolution, dense(src), x, weights, bias);
    }
  }

  /** Runs a sequence on the reference; one array of weights and one of bias (or null) a step. */
  public static float[] reference(
      ConvolutionSequence sequence,
      Shape src,
      float[] x,
      List<float[]> weights,
      List<float @Nullable []> biases) {
    try (Engine engine = Engines.named("reference")) {
      return on(engine, sequence, dense(src), x, weights, biases);
    }
  }

  /** Runs a convolution with the given source spec; dst is filled with NaN before. */
  public static float[] on(
      Engine engine,
      Convolution convolution,
      TensorSpec src,
      float[] x,
      float[] weights,
      float @Nullable [] bias) {
    try (PreparedConvolution prepared = engine.prepare(convolution, src, weights, bias)) {
      return execute(prepared, x);
    }
  }

  /** Runs a sequence with the given source spec. */
  public static float[] on(
      Engine engine,
      ConvolutionSequence sequence,
      TensorSpec src,
      float[] x,
      List<float[]> weights,
      List<float @Nullable []> biases) {
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(sequence, src, parameters(sequence, weights, biases, arena))) {
      return execute(prepared, x);
    }
  }

  /** Returns tensors for the convolutions of a sequence. */
  public static List<Parameters> parameters(
      ConvolutionSequence sequence,
      List<float[]> weights,
      List<float @Nullable []> biases,
      Arena arena) {
    List<Parameters> parameters = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      Convolution convolution = sequence.convolutions().get(i);
      parameters.add(Parameters.of(convolution, weights.get(i), biases.get(i), arena));
    }
    return parameters;
  }

  /** Returns tensors of zeros for the convolutions of a sequence. */
  public static List<Parameters> zeros(ConvolutionSequence sequence, Arena arena) {
    return sequence.convolutions().stream()
        .map(
            c ->
                new Parameters(
                    Tensor.allocate(TensorSpec.weights(c.weightsShape()), arena),
                    c.hasBias() ? Tensor.allocate(TensorSpec.bias(c.outChannels()), arena) : null))
        .toList();
  }

  /** Executes once, on fresh tensors. */
  public static float[] execute(PreparedConvolution prepared, float[] x) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.ofFloats(prepared.src(), x, arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      dst.fill(Float.NaN);
      prepared.execute(src, dst);
      return dst.toFloatArray();
    }
  }

  /** Returns the dense channels-first f32 spec. */
  public static TensorSpec dense(Shape shape) {
    return TensorSpec.f32(Layout.channelsFirst(shape.rank()), shape.dims());
  }

  /** Returns integers from -9 to 9, as many as the shape has elements. */
  public static float[] integers(Shape shape, long seed) {
    return integers(Math.toIntExact(shape.elementCount()), seed);
  }

  /** Returns integers from -9 to 9. */
  public static float[] integers(int count, long seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return values;
  }

  /** Returns as many equal numbers as the shape has elements. */
  public static float[] constant(Shape shape, float value) {
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    Arrays.fill(values, value);
    return values;
  }
}

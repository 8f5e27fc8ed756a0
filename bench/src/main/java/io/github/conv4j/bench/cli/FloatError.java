package io.github.conv4j.bench.cli;

import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.SplittableRandom;

/** How far floats of other types are from f32: what rounding inputs, products and outputs costs. */
final class FloatError {
  private static final long SEED = 1;

  private FloatError() {}

  /** Returns random weights as f32. */
  static float[] weights(Problem problem) {
    return random(problem.convolution().weightsShape().elementCount(), SEED);
  }

  private static float[] random(long count, long seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /**
   * Returns the relative L2 distance from the f32 reference of random values, as text; nothing of
   * integers, whose error is that of their scales.
   *
   * @param prepared with {@link #weights} and without bias, or one of zeros
   */
  static String of(PreparedConvolution prepared, Problem problem) {
    if (problem.types().isQuantized()) {
      return "";
    }
    float[] values = random(problem.src().elementCount(), SEED + 1);
    float[] expected = expected(problem, values);
    try (Arena arena = Arena.ofConfined()) {
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(Tensor.ofFloats(prepared.src(), values, arena), dst);
      return String.format(Locale.ROOT, "%.1e", distance(dst.toFloatArray(), expected));
    }
  }

  private static float[] expected(Problem problem, float[] values) {
    var convolution = problem.convolution();
    try (Engine reference = Engines.named("reference");
        Arena arena = Arena.ofConfined()) {
      TensorSpec src =
          TensorSpec.of(DataType.F32, Layout.channelsLast(problem.src().rank()), problem.src());
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, src)
              .withParameters(
                  Tensor.ofFloats(
                      TensorSpec.weights(convolution.weightsShape()), weights(problem), arena),
                  convolution.hasBias()
                      ? Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena)
                      : null);
      try (PreparedConvolution prepared = reference.prepare(request)) {
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(Tensor.ofFloats(prepared.src(), values, arena), dst);
        return dst.toFloatArray();
      }
    }
  }

  private static double distance(float[] actual, float[] expected) {
    double differences = 0;
    double squares = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = (double) actual[i] - expected[i];
      differences += difference * difference;
      squares += (double) expected[i] * expected[i];
    }
    return differences == 0 ? 0 : Math.sqrt(differences / squares);
  }
}

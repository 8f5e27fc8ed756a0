package io.github.conv4j.bench.typed;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.bench.contender.Operands;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Random numbers of a layer, as a layer behind a relu has them, and what comes of them in f32.
 * Other types hold the same numbers: integers with scales that just fit, one for each output
 * channel of the weights.
 */
public final class TypedNumbers {
  private static final long SEED = 1;

  private final Problem plain;
  private final int mostWeight;
  private final float[] src;
  private final float[] weights;
  private final float[] expected;

  private TypedNumbers(Problem plain, int mostWeight) {
    this.plain = plain;
    this.mostWeight = mostWeight;
    var random = new SplittableRandom(SEED);
    this.src = gaussians(random, plain.src().elementCount());
    for (int i = 0; i < src.length; i++) {
      src[i] = Math.max(src[i], 0);
    }
    this.weights = gaussians(random, plain.convolution().weightsShape().elementCount());
    this.expected = reference(plain);
  }

  /**
   * Draws numbers, and computes with them.
   *
   * @param plain of f32
   * @param mostWeight the largest of integer weights
   * @throws IllegalArgumentException if post-ops are given tensors at each run
   */
  public static TypedNumbers of(Problem plain, int mostWeight) {
    if (!plain.convolution().postOps().runOperands().isEmpty()) {
      throw new IllegalArgumentException(
          "types are compared without tensors that post-ops are given at each run: "
              + plain.line());
    }
    return new TypedNumbers(plain, mostWeight);
  }

  /** Returns the layer of f32. */
  Problem plain() {
    return plain;
  }

  private static float[] gaussians(SplittableRandom random, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private float[] reference(Problem problem) {
    try (Engine engine = Engines.named("reference");
        Arena arena = Arena.ofShared();
        PreparedConvolution prepared = engine.prepare(request(problem, arena))) {
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(src(problem, prepared.src(), arena), dst);
      return dst.toFloatArray();
    }
  }

  /** Returns the layer with other types, and the scales that its integers need. */
  public Problem as(ConvolutionTypes types) {
    if (!types.isQuantized()) {
      return plain.withTypes(types, Quantization.none());
    }
    Quantization quantization =
        Quantization.none()
            .withSrc(largest(src, 0, src.length) / types.src().most(), 0)
            .withWeights(weightsScales());
    return plain.withTypes(types, withDst(quantization, types.dst()));
  }

  private Quantization withDst(Quantization quantization, DataType dst) {
    float least = 0;
    float most = 0;
    for (float value : expected) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float widest = Math.max(Math.max(-least, most), Float.MIN_NORMAL);
    float step = Math.max((most - least) / 255, Float.MIN_NORMAL);
    return switch (dst) {
      case U8 -> quantization.withDst(step, Math.round(-least / step));
      case S8 -> quantization.withDst(widest / dst.most(), 0);
      case S32 -> Quantization.none();
      case F32, BF16, F16 -> quantization;
    };
  }

  /** Returns one for each output channel; one for all where these do not come first in weights. */
  private float[] weightsScales() {
    int count = plain.convolution().isTransposed() ? 1 : (int) plain.convolution().outChannels();
    float[] scales = new float[count];
    for (int i = 0; i < count; i++) {
      int length = weights.length / count;
      scales[i] = largest(weights, i * length, (i + 1) * length) / mostWeight;
    }
    return scales;
  }

  /** Returns the largest magnitude, or 1 where there is none. */
  private static float largest(float[] values, int begin, int end) {
    float most = 0;
    for (int i = begin; i < end; i++) {
      most = Math.max(most, Math.abs(values[i]));
    }
    return most == 0 ? 1 : most;
  }

  /** Returns what asks for a layer of {@link #as} these types. */
  public ConvolutionRequest request(Problem problem, Arena arena) {
    Convolution convolution = problem.convolution();
    ConvolutionTypes types = problem.types();
    TensorSpec ofWeights =
        TensorSpec.weights(convolution.weightsShape()).withDataType(types.weights());
    Layout layout = Layout.channelsLast(problem.src().rank());
    return ConvolutionRequest.of(convolution, TensorSpec.of(types.src(), layout, problem.src()))
        .withDst(TensorSpec.of(types.dst(), layout, problem.dst()))
        .withParameters(
            types.weights().isInteger()
                ? Tensor.ofInts(ofWeights, integerWeights(), arena)
                : Tensor.ofFloats(ofWeights, weights, arena),
            convolution.hasBias()
                ? Tensor.allocate(
                    TensorSpec.bias(convolution.outChannels()).withDataType(types.bias()), arena)
                : null)
        .withOperands(Operands.ofRequest(plain, arena));
  }

  private int[] integerWeights() {
    int[] integers = new int[weights.length];
    float[] scales = weightsScales();
    int length = weights.length / scales.length;
    for (int i = 0; i < integers.length; i++) {
      integers[i] = Math.round(weights[i] / scales[i / length]);
    }
    return integers;
  }

  /** Returns the numbers that are read. */
  public Tensor src(Problem problem, TensorSpec spec, Arena arena) {
    if (!spec.dataType().isInteger()) {
      return Tensor.ofFloats(spec, src, arena);
    }
    float scale = problem.convolution().quantization().srcScale();
    int[] integers = new int[src.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = Quantization.quantize(src[i], scale, 0, spec.dataType());
    }
    return Tensor.ofInts(spec, integers, arena);
  }

  /**
   * Returns how far a result is from that of f32, as a share of it; empty of sums without scale.
   */
  public OptionalDouble distance(Problem problem, float[] elements) {
    DataType type = problem.types().dst();
    if (type == DataType.S32 || elements.length != expected.length) {
      return OptionalDouble.empty();
    }
    Quantization quantization = problem.convolution().quantization();
    double differences = 0;
    double squares = 0;
    for (int i = 0; i < elements.length; i++) {
      double value =
          type.isInteger()
              ? (elements[i] - quantization.dstZeroPoint()) * (double) quantization.dstScale()
              : elements[i];
      differences += (value - expected[i]) * (value - expected[i]);
      squares += (double) expected[i] * expected[i];
    }
    double distance = differences == 0 ? 0 : Math.sqrt(differences / squares);
    return Double.isFinite(distance) ? OptionalDouble.of(distance) : OptionalDouble.empty();
  }

  /** Returns what a tensor holds: integers as they are. */
  static float[] elements(Tensor tensor) {
    if (!tensor.spec().dataType().isInteger()) {
      return tensor.toFloatArray();
    }
    int[] integers = tensor.toIntArray();
    float[] elements = new float[integers.length];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = integers[i];
    }
    return elements;
  }
}

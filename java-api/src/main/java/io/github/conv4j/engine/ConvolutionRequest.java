package io.github.conv4j.engine;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.Geometry;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOp;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that {@link Engine#support} and {@link Engine#prepare} are asked with: the convolution, what
 * is read and written, weights and bias, held against each other. Immutable.
 *
 * <pre>{@code
 * var request = ConvolutionRequest.of(convolution, src).withDst(dst);
 * if (engine.support(request) instanceof Support.Supported) {
 *   engine.prepare(request.withParameters(weights, bias));
 * }
 * }</pre>
 *
 * <p>What is not given has a default: {@code dst} see {@link #of}, weights and bias dense row-major
 * and of the types that {@link ConvolutionTypes} has beside src, f32 beside f32. To ask for support
 * the specs suffice, to prepare the tensors are needed.
 *
 * <p><b>Memory.</b> Keeps the tensors that it is given, not their bytes. <b>Threads.</b> Immutable.
 * <b>Errors.</b> Parts that fit each other on no engine, by their shapes, are refused with {@link
 * IllegalArgumentException} where they are given; the message names both sides. Element types and
 * layouts are the engine's to judge.
 */
public final class ConvolutionRequest {
  private final Convolution convolution;
  private final Geometry geometry;
  private final TensorSpec src;
  private final @Nullable TensorSpec dst;
  private final @Nullable TensorSpec weightsSpec;
  private final @Nullable TensorSpec biasSpec;
  private final @Nullable Tensor weights;
  private final @Nullable Tensor bias;
  private final List<Tensor> operands;

  /** What {@link #dst} returns without a dst, once it was asked for. */
  private @Nullable TensorSpec defaultDst;

  private ConvolutionRequest(
      Convolution convolution,
      Geometry geometry,
      TensorSpec src,
      @Nullable TensorSpec dst,
      @Nullable TensorSpec weightsSpec,
      @Nullable TensorSpec biasSpec,
      @Nullable Tensor weights,
      @Nullable Tensor bias,
      List<Tensor> operands) {
    this.convolution = convolution;
    this.geometry = geometry;
    this.src = src;
    this.dst = dst;
    this.weightsSpec = weightsSpec;
    this.biasSpec = biasSpec;
    this.weights = weights;
    this.bias = bias;
    this.operands = operands;
  }

  /**
   * Asks for a convolution of a source. The result has the element type of the source and its
   * layout if that is plain or ANY; beside a strided source it is dense, with the channels first
   * where the source has them further apart than its columns, else last.
   *
   * @param src what will be read; with layout ANY the engine chooses
   * @throws IllegalArgumentException if they do not fit each other; names both sides
   */
  public static ConvolutionRequest of(Convolution convolution, TensorSpec src) {
    Objects.requireNonNull(convolution, "convolution");
    Objects.requireNonNull(src, "src");
    Geometry geometry = convolution.geometry(src.shape());
    return new ConvolutionRequest(
        convolution, geometry, src, null, null, null, null, null, List.of());
  }

  /**
   * Returns the same request for another result.
   *
   * @param other of shape {@link Convolution#outputShape}; with layout ANY the engine chooses
   * @throws IllegalArgumentException if the shape is another one
   */
  public ConvolutionRequest withDst(TensorSpec other) {
    Objects.requireNonNull(other, "dst");
    if (!other.shape().equals(geometry.dst())) {
      throw new IllegalArgumentException(
          "dst must have shape %s but is %s (%s of src %s)"
              .formatted(geometry.dst(), other, convolution, src));
    }
    return new ConvolutionRequest(
        convolution, geometry, src, other, weightsSpec, biasSpec, weights, bias, operands);
  }

  /**
   * Returns the same request with weights and bias, as {@link Engine#prepare} needs.
   *
   * @param weightsTensor of shape {@link Convolution#weightsShape}
   * @param biasTensor of shape {@code [oc]} exactly where the convolution has a bias, else null
   * @throws IllegalArgumentException if a shape is another one, or a bias is missing or superfluous
   */
  public ConvolutionRequest withParameters(Tensor weightsTensor, @Nullable Tensor biasTensor) {
    Objects.requireNonNull(weightsTensor, "weights");
    TensorSpec biasOfTensor = biasTensor == null ? null : biasTensor.spec();
    requireParameters(weightsTensor.spec(), biasOfTensor);
    return new ConvolutionRequest(
        convolution,
        geometry,
        src,
        dst,
        weightsTensor.spec(),
        biasOfTensor,
        weightsTensor,
        biasTensor,
        operands);
  }

  /** Returns the same request with weights and bias, as {@link Engine#prepare} needs. */
  public ConvolutionRequest withParameters(Parameters parameters) {
    Objects.requireNonNull(parameters, "parameters");
    return withParameters(parameters.weights(), parameters.bias())
        .withOperands(parameters.operands());
  }

  /**
   * Returns the same request with the tensors that its post-ops take in every run.
   *
   * <p><b>Memory.</b> Copied by {@code prepare}, like weights and bias.
   *
   * @param tensors one for each of {@link io.github.conv4j.PostOps#requestOperands}, in order: of
   *     shape {@code [oc]}, or of dst's shape in any layout
   * @throws IllegalArgumentException if the number or a shape is another one
   */
  public ConvolutionRequest withOperands(List<Tensor> tensors) {
    List<PostOp.Operand> described = convolution.postOps().requestOperands();
    if (tensors.size() != described.size()) {
      throw new IllegalArgumentException(
          "the post-ops of %s take %d tensors of the request but got %d"
              .formatted(convolution, described.size(), tensors.size()));
    }
    for (int i = 0; i < described.size(); i++) {
      requireParameter(
          tensors.get(i).spec(), described.get(i).shape(geometry.dst()), "operand " + i);
    }
    return new ConvolutionRequest(
        convolution,
        geometry,
        src,
        dst,
        weightsSpec,
        biasSpec,
        weights,
        bias,
        List.copyOf(tensors));
  }

  /**
   * Returns the same request with the specs of weights and bias alone, to ask {@link
   * Engine#support}.
   *
   * @throws IllegalArgumentException if a shape is another one, a layout is ANY, or a bias is
   *     missing or superfluous
   */
  public ConvolutionRequest withParameterSpecs(
      TensorSpec weightsTensor, @Nullable TensorSpec biasTensor) {
    Objects.requireNonNull(weightsTensor, "weights");
    requireParameters(weightsTensor, biasTensor);
    return new ConvolutionRequest(
        convolution, geometry, src, dst, weightsTensor, biasTensor, null, null, operands);
  }

  private void requireParameters(TensorSpec weightsTensor, @Nullable TensorSpec biasTensor) {
    requireParameter(weightsTensor, convolution.weightsShape(), "weights");
    if (convolution.hasBias() != (biasTensor != null)) {
      throw new IllegalArgumentException(
          convolution.hasBias()
              ? "%s needs a bias but it is null; describe it with bias(false) if there is none"
                  .formatted(convolution)
              : "%s has no bias but one was given: %s".formatted(convolution, biasTensor));
    }
    if (biasTensor != null) {
      requireParameter(biasTensor, Shape.of(convolution.outChannels()), "bias");
    }
  }

  private void requireParameter(TensorSpec spec, Shape shape, String name) {
    if (!spec.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "%s must have shape %s but is %s (%s)".formatted(name, shape, spec, convolution));
    }
    if (spec.isAny()) {
      throw new IllegalArgumentException("%s must have a layout but is %s".formatted(name, spec));
    }
  }

  /** Returns what is computed. */
  public Convolution convolution() {
    return convolution;
  }

  /** Returns the convolution resolved for the source. */
  public Geometry geometry() {
    return geometry;
  }

  /** Returns what will be read. */
  public TensorSpec src() {
    return src;
  }

  /** Returns what will be written. */
  public TensorSpec dst() {
    if (dst != null) {
      return dst;
    }
    TensorSpec known = defaultDst;
    if (known == null) {
      known = newDefaultDst();
      defaultDst = known;
    }
    return known;
  }

  /** Returns what the weights are. */
  public TensorSpec weightsSpec() {
    return weightsSpec == null
        ? TensorSpec.weights(convolution.weightsShape())
            .withDataType(ConvolutionTypes.defaultWeights(src.dataType()))
        : weightsSpec;
  }

  /** Returns what the bias is; empty where the convolution has none. */
  public Optional<TensorSpec> biasSpec() {
    if (!convolution.hasBias()) {
      return Optional.empty();
    }
    return Optional.of(
        biasSpec == null
            ? TensorSpec.bias(convolution.outChannels())
                .withDataType(ConvolutionTypes.defaultBias(src.dataType()))
            : biasSpec);
  }

  /** Returns the element types of all; engines decide by them what they compute. */
  public ConvolutionTypes types() {
    return new ConvolutionTypes(
        src.dataType(),
        weightsSpec().dataType(),
        biasSpec().map(TensorSpec::dataType).orElse(ConvolutionTypes.defaultBias(src.dataType())),
        dst().dataType());
  }

  /** Returns the weights; empty where they are only described. */
  public Optional<Tensor> weights() {
    return Optional.ofNullable(weights);
  }

  /** Returns the bias; empty where there is none, or where the weights are only described. */
  public Optional<Tensor> bias() {
    return Optional.ofNullable(bias);
  }

  /** Returns the tensors that post-ops take in every run, in order; empty if none were given. */
  public List<Tensor> operands() {
    return operands;
  }

  /**
   * Returns the spec of the tensor of an operand that is given at each run, of f32 whatever dst is:
   * dense {@code [1]} or {@code [oc]}, or as dst lies; where dst is strided or blocked, dense with
   * the channels where dst has them.
   *
   * @param dst what is written, with a layout
   */
  public static TensorSpec runOperandSpec(PostOp.Operand operand, TensorSpec dst) {
    if (operand.extent() != PostOp.Extent.FULL) {
      return TensorSpec.of(DataType.F32, Layout.strided(1), operand.shape(dst.shape()));
    }
    TensorSpec floats = dst.withDataType(DataType.F32);
    return dst.layout() instanceof Layout.Plain ? floats : floats.withLayout(denseLike(dst));
  }

  private static Layout denseLike(TensorSpec spec) {
    int rank = spec.shape().rank();
    boolean channelsFirst =
        spec.layout() instanceof Layout.Strided strided
            && strided.strides().get(1) > strided.strides().get(rank - 1);
    return channelsFirst ? Layout.channelsFirst(rank) : Layout.channelsLast(rank);
  }

  private TensorSpec newDefaultDst() {
    Layout layout =
        switch (src.layout()) {
          case Layout.Plain plain -> plain;
          case Layout.Any any -> any;
          case Layout.Blocked _ -> denseLike(src);
          case Layout.Strided _ -> denseLike(src);
        };
    return TensorSpec.of(src.dataType(), layout, geometry.dst());
  }

  /** Returns for example {@code conv2d(3 -> 8, ...) of f32 NHWC 1x3x9x9 into f32 NHWC ...}. */
  @Override
  public String toString() {
    return "%s of %s into %s, weights %s".formatted(convolution, src, dst(), weightsSpec());
  }
}

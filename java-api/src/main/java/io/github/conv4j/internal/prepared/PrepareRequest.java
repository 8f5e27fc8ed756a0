package io.github.conv4j.internal.prepared;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.Geometry;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code prepare}, held against each other once for every engine.
 *
 * @param convolution the description
 * @param geometry the description resolved for the source
 * @param src what will be read
 * @param dst what will be written
 * @param weights shape and type as the description says
 * @param bias present exactly where the description has one
 * @param operands what post-ops take in every run, in order
 */
public record PrepareRequest(
    Convolution convolution,
    Geometry geometry,
    TensorSpec src,
    TensorSpec dst,
    Tensor weights,
    @Nullable Tensor bias,
    List<Tensor> operands) {

  /** A request whose post-ops take no tensor in every run. */
  public PrepareRequest(
      Convolution convolution,
      Geometry geometry,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    this(convolution, geometry, src, dst, weights, bias, List.of());
  }

  /**
   * Takes the request of a call of {@code prepare}.
   *
   * @throws IllegalArgumentException if the parameters are only described
   * @throws IllegalStateException if the arena of a parameter is closed
   */
  public static PrepareRequest of(ConvolutionRequest request) {
    Tensor weights = request.weights().orElse(null);
    if (weights == null) {
      throw new IllegalArgumentException(
          "weights are described as %s but not given; see withParameters"
              .formatted(request.weightsSpec()));
    }
    Tensor bias = request.bias().orElse(null);
    requireOpen(weights, "weights");
    if (bias != null) {
      requireOpen(bias, "bias");
    }
    List<Tensor> operands = request.operands();
    PostOps postOps = request.convolution().postOps();
    int needed = postOps.isEmpty() ? 0 : postOps.requestOperands().size();
    if (operands.size() != needed) {
      throw new IllegalArgumentException(
          "the post-ops %s take %d tensors but %d are given; see withOperands"
              .formatted(postOps, needed, operands.size()));
    }
    for (int i = 0; i < needed; i++) {
      requireOpen(operands.get(i), "operand");
    }
    return new PrepareRequest(
        request.convolution(),
        request.geometry(),
        request.src(),
        request.dst(),
        weights,
        bias,
        operands);
  }

  /** Checks the parts of a request, as {@link ConvolutionRequest} does, and takes it. */
  public static PrepareRequest of(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    return of(ConvolutionRequest.of(convolution, src).withDst(dst).withParameters(weights, bias));
  }

  /** Returns the request with channels last where it leaves a layout open. */
  public PrepareRequest settled() {
    return src.isAny() || dst.isAny()
        ? new PrepareRequest(
            convolution, geometry, settled(src), settled(dst), weights, bias, operands)
        : this;
  }

  /**
   * Returns a spec with channels last where it leaves the layout open: kernels are at their best
   * there, and it can be passed on to any other convolution.
   */
  public static TensorSpec settled(TensorSpec spec) {
    return spec.isAny() ? spec.withLayout(Layout.channelsLast(spec.shape().rank())) : spec;
  }

  /** Returns the request as an engine is asked with. */
  public ConvolutionRequest asRequest() {
    return ConvolutionRequest.of(convolution, src)
        .withDst(dst)
        .withParameters(weights, bias)
        .withOperands(operands);
  }

  /** Returns the request without post-ops. */
  public PrepareRequest withoutPostOps() {
    return convolution.postOps().isEmpty()
        ? this
        : new PrepareRequest(
            convolution.withPostOps(PostOps.none()), geometry, src, dst, weights, bias);
  }

  /** Returns the request without bias and post-ops. */
  public PrepareRequest withoutBias() {
    return new PrepareRequest(
        convolution.toBuilder().bias(false).postOps(PostOps.none()).build(),
        geometry,
        src,
        dst,
        weights,
        null);
  }

  /** Returns what post-ops are given at each run, for a dst with a layout. */
  public static List<TensorSpec> runOperandSpecs(Convolution convolution, TensorSpec dst) {
    return convolution.postOps().isEmpty()
        ? List.of()
        : convolution.postOps().runOperands().stream()
            .map(operand -> ConvolutionRequest.runOperandSpec(operand, dst))
            .toList();
  }

  /** Returns the element types of all. */
  public ConvolutionTypes types() {
    return new ConvolutionTypes(
        src.dataType(),
        weights.spec().dataType(),
        bias == null ? ConvolutionTypes.defaultBias(src.dataType()) : bias.spec().dataType(),
        dst.dataType());
  }

  /** Tells whether all element types are f32. */
  public boolean isF32() {
    return src.dataType() == DataType.F32
        && dst.dataType() == DataType.F32
        && weights.spec().dataType() == DataType.F32
        && (bias == null || bias.spec().dataType() == DataType.F32);
  }

  /** Returns the problem as text, for explanations and errors. */
  public String problemText() {
    return new Problem(convolution, src.shape(), "", types()).line();
  }

  private static void requireOpen(Tensor tensor, String name) {
    if (!tensor.segment().scope().isAlive()) {
      throw new IllegalStateException("the arena of %s %s is closed".formatted(name, tensor));
    }
  }
}

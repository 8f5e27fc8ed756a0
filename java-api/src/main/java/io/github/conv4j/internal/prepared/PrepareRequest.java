package io.github.conv4j.internal.prepared;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.Problem;
import java.util.Objects;
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
 */
public record PrepareRequest(
    Convolution convolution,
    Geometry geometry,
    TensorSpec src,
    TensorSpec dst,
    Tensor weights,
    @Nullable Tensor bias) {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if they do not fit; names both sides
   */
  public static PrepareRequest of(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    Objects.requireNonNull(convolution, "convolution");
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    Objects.requireNonNull(weights, "weights");
    Geometry geometry = convolution.geometry(src.shape());
    if (!dst.shape().equals(geometry.dst())) {
      throw new IllegalArgumentException(
          "dst must have shape %s but is %s (%s of src %s)"
              .formatted(geometry.dst(), dst, convolution, src));
    }
    requireParameter(weights, convolution.weightsShape(), "weights");
    if (convolution.hasBias() != (bias != null)) {
      throw new IllegalArgumentException(
          convolution.hasBias()
              ? "%s needs a bias but it is null; describe it with bias(false) if there is none"
                  .formatted(convolution)
              : "%s has no bias but one was given".formatted(convolution));
    }
    if (bias != null) {
      requireParameter(bias, Shape.of(convolution.outChannels()), "bias");
    }
    return new PrepareRequest(convolution, geometry, src, dst, weights, bias);
  }

  /** Returns the problem as text, for explanations and errors. */
  public String problemText() {
    return Problem.of(convolution, src.shape()).toString();
  }

  private static void requireParameter(Tensor tensor, Shape shape, String name) {
    if (!tensor.spec().shape().equals(shape)) {
      throw new IllegalArgumentException(
          "%s must have shape %s but is %s".formatted(name, shape, tensor.spec()));
    }
    if (tensor.spec().dataType() != DataType.F32) {
      throw new IllegalArgumentException("%s must be f32 but is %s".formatted(name, tensor.spec()));
    }
    if (!tensor.segment().scope().isAlive()) {
      throw new IllegalStateException("the arena of %s %s is closed".formatted(name, tensor));
    }
  }
}

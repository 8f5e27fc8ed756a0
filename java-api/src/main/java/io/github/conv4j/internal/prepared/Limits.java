package io.github.conv4j.internal.prepared;

import io.github.conv4j.Convolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import org.jspecify.annotations.Nullable;

/** What engines that compute with 32-bit addresses cannot do, as sentences for users. */
public final class Limits {
  private Limits() {}

  /** Returns an engine's answer from the sentence that says what it lacks, null where nothing. */
  public static Support support(@Nullable String lack) {
    return support(lack, "");
  }

  /** Returns an engine's answer, with a note where it lacks nothing. */
  public static Support support(@Nullable String lack, String note) {
    return lack == null ? new Support.Supported(note) : new Support.Unsupported(lack);
  }

  /**
   * Refuses a request with the sentence that says what the engine lacks.
   *
   * @throws UnsupportedConvolutionException unless {@code lack} is null
   */
  public static void requireSupport(String engine, PrepareRequest request, @Nullable String lack) {
    if (lack != null) {
      throw new UnsupportedConvolutionException(engine, request.problemText(), lack);
    }
  }

  /** Returns which element types of a request do not go together, null if all do. */
  public static @Nullable String ofTypes(ConvolutionRequest request) {
    String lack = request.types().lack(request.convolution()).orElse(null);
    for (Tensor operand : request.operands()) {
      if (lack == null && operand.spec().dataType() != DataType.F32) {
        lack = "operands of post-ops are f32 but one is %s".formatted(operand.spec());
      }
    }
    return lack;
  }

  /** Returns which tensor has too many elements, null if none. */
  public static @Nullable String ofElements(ConvolutionRequest request, long most) {
    Convolution convolution = request.convolution();
    String lack = ofElements(request.src().shape(), "src", most);
    lack = lack == null ? ofElements(request.geometry().dst(), "dst", most) : lack;
    return lack == null ? ofElements(convolution.weightsShape(), "weights", most) : lack;
  }

  private static @Nullable String ofElements(Shape shape, String name, long most) {
    return shape.elementCount() <= most
        ? null
        : "it addresses up to %d elements of a tensor but %s %s has %d"
            .formatted(most, name, shape, shape.elementCount());
  }

  /** Returns which of src and dst is blocked or spans too many elements, null if none. */
  public static @Nullable String ofLayouts(ConvolutionRequest request, long most) {
    String lack = ofLayout(request.src(), "reads", "src", most);
    return lack == null ? ofLayout(request.dst(), "writes", "dst", most) : lack;
  }

  private static @Nullable String ofLayout(TensorSpec spec, String verb, String name, long most) {
    if (spec.layout() instanceof Layout.Blocked) {
      return "it %s plain and strided layouts but %s is %s; reorder it".formatted(verb, name, spec);
    }
    return spec.isAny() || spec.byteSize() / spec.dataType().byteSize() <= most
        ? null
        : "it addresses up to %d elements of a tensor but %s %s spans more"
            .formatted(most, name, spec);
  }
}

package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.compose.ReorderedConvolution;
import io.github.conv4j.internal.compose.SafeLoops;
import io.github.conv4j.internal.compose.StagedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolutions in pure Java, near the speed of native code. */
final class VectorEngine implements Alternatives, LedgerOwner {
  static final String NAME = "vector";
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 64;

  /** Larger strides, dilations and paddings do not fit the 32-bit offsets of the plans. */
  private static final long MOST_STEP = 1 << 24;

  private final EngineOptions options;
  private final Kernels kernels;
  private final Ledger ledger;

  VectorEngine(EngineOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
    this.ledger = new Ledger(NAME, options.threads());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public EngineOptions options() {
    return options;
  }

  @Override
  public Support support(Convolution convolution, TensorSpec src) {
    Geometry geometry = convolution.geometry(src.shape());
    if (src.dataType() != DataType.F32) {
      return new Support.Unsupported("it computes f32 but src is " + src.dataType());
    }
    if (src.layout() instanceof Layout.Blocked) {
      return new Support.Unsupported(
          "it reads plain and strided layouts but src is %s; reorder it first".formatted(src));
    }
    for (Shape shape : new Shape[] {geometry.src(), geometry.dst(), convolution.weightsShape()}) {
      if (shape.elementCount() > MOST_ELEMENTS) {
        return new Support.Unsupported(
            "it addresses up to %d elements but %s has %d"
                .formatted(MOST_ELEMENTS, shape, shape.elementCount()));
      }
    }
    if (!StagedConvolution.canPad(convolution, geometry, MOST_ELEMENTS)) {
      return new Support.Unsupported(
          "the padded copy of %s would have too many elements".formatted(src));
    }
    if (!src.isAny() && src.byteSize() / Float.BYTES > MOST_ELEMENTS) {
      return new Support.Unsupported(
          "it addresses up to %d elements but %s spans more".formatted(MOST_ELEMENTS, src));
    }
    return new Support.Supported();
  }

  @Override
  public PreparedConvolution prepare(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    ledger.requireOpen();
    var request = PrepareRequest.of(convolution, src, dst, weights, bias);
    if (support(convolution, src) instanceof Support.Unsupported no) {
      throw new UnsupportedConvolutionException(NAME, request.problemText(), no.reason());
    }
    if (dst.dataType() != DataType.F32
        || dst.layout() instanceof Layout.Blocked
        || (!dst.isAny() && dst.byteSize() / Float.BYTES > MOST_ELEMENTS)) {
      throw new UnsupportedConvolutionException(
          NAME,
          request.problemText(),
          "it writes plain and strided f32 of 32-bit extent but dst is " + dst);
    }
    TensorSpec srcChosen = settled(src);
    TensorSpec dstChosen = settled(dst);
    if (!hasNeighbouringChannels(srcChosen) || !hasNeighbouringChannels(dstChosen)) {
      return ReorderedConvolution.prepare(
          this, ledger, PrepareRequest.of(convolution, srcChosen, dstChosen, weights, bias));
    }
    boolean depthwise =
        convolution.groups() > 1 && convolution.groups() == convolution.inChannels();
    if (depthwise && convolution.padding().mode() != PaddingMode.ZEROS) {
      return StagedConvolution.padded(this, ledger, request);
    }
    if (request.geometry().axes().stream().anyMatch(VectorEngine::isHuge)) {
      return SafeLoops.prepare(NAME, ledger, request, "a stride, a dilation or a padding is huge");
    }
    boolean ownEdges =
        DepthwisePlan.serves(kernels, convolution, request.geometry().axes(), srcChosen);
    if (!ownEdges && !SafeLoops.allFinite(weights)) {
      return SafeLoops.prepare(
          NAME,
          ledger,
          request,
          "weights are not all finite and the kernels multiply them with padding");
    }
    int leastParts = Sharing.leastParts(request, options.threads());
    Plan plan =
        ownEdges
            ? new DepthwisePlan(kernels, request, srcChosen, dstChosen, leastParts)
            : new DirectPlan(kernels, request, srcChosen, dstChosen, leastParts);
    var stage =
        new Explanation.Stage(
            convolution.isTransposed() ? "transposed convolution" : "convolution",
            kernels.name() + ":" + plan.name(),
            srcChosen,
            dstChosen,
            "packed",
            plan.weightsByteSize(),
            plan.newScratch().byteSize());
    var explanation = new Explanation(NAME, request.problemText(), List.of(stage), warnings());
    return new VectorConvolution(srcChosen, dstChosen, explanation, ledger, plan, leastParts > 1);
  }

  @Override
  public List<String> implementations(PrepareRequest request) {
    boolean runs =
        support(request.convolution(), request.src()) instanceof Support.Supported
            && request.dst().dataType() == DataType.F32
            && !(request.dst().layout() instanceof Layout.Blocked)
            && (request.dst().isAny() || request.dst().byteSize() / Float.BYTES <= MOST_ELEMENTS);
    return runs ? List.of(kernels.name() + ":" + planName(request)) : List.of();
  }

  private String planName(PrepareRequest request) {
    if (request.geometry().axes().stream().anyMatch(VectorEngine::isHuge)) {
      return "loops";
    }
    TensorSpec src = settled(request.src());
    boolean inPlace =
        hasNeighbouringChannels(src) && hasNeighbouringChannels(settled(request.dst()));
    TensorSpec read = inPlace ? src : src.withLayout(Layout.channelsLast(src.shape().rank()));
    boolean depthwise =
        DepthwisePlan.serves(kernels, request.convolution(), request.geometry().axes(), read);
    return (inPlace ? "" : "reordered ") + (depthwise ? "depthwise" : "direct");
  }

  @Override
  public PreparedConvolution prepare(PrepareRequest request, String implementation) {
    if (!implementations(request).contains(implementation)) {
      throw new IllegalArgumentException(
          "%s has no implementation %s of %s"
              .formatted(NAME, implementation, request.problemText()));
    }
    return prepare(
        request.convolution(), request.src(), request.dst(), request.weights(), request.bias());
  }

  @Override
  public String version() {
    return "Java %s %s".formatted(Runtime.version(), kernels.name());
  }

  @Override
  public boolean warmsUp() {
    return true;
  }

  private static boolean isHuge(Geometry.Axis axis) {
    return axis.stride() > MOST_STEP
        || axis.dilation() > MOST_STEP
        || axis.begin() > MOST_STEP
        || Math.abs(axis.end()) > MOST_STEP;
  }

  private static boolean hasNeighbouringChannels(TensorSpec spec) {
    return spec.strides()[1] == 1;
  }

  private List<String> warnings() {
    return kernels.isScalar() ? List.of(VectorProvider.SCALAR_REMEDY) : List.of();
  }

  private static TensorSpec settled(TensorSpec spec) {
    return spec.isAny() ? spec.withLayout(Layout.channelsLast(spec.shape().rank())) : spec;
  }

  @Override
  public void close() {
    ledger.close();
  }
}

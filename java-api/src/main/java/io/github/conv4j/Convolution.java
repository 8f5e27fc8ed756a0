package io.github.conv4j;

import static io.github.conv4j.internal.checks.Checks.notNegative;
import static io.github.conv4j.internal.checks.Checks.positive;
import static io.github.conv4j.internal.checks.Checks.product;
import static io.github.conv4j.internal.checks.Checks.sum;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The description of a convolution in one, two or three spatial dimensions. Immutable; independent
 * of the size of the source, of layouts and of engines.
 *
 * <p>A convolution computes
 *
 * <pre>{@code
 * dst[n, oc, oh, ow] = bias[oc] + sum over ic, kh, kw of
 *     src[n, g*icg + ic, oh*sh - ph + kh*dh, ow*sw - pw + kw*dw] * weights[oc, ic, kh, kw]
 * }</pre>
 *
 * where {@code icg = ic / groups} and g is the group of oc. This is cross-correlation, what deep
 * learning calls convolution; {@link Builder#flippedKernel} gives the convolution of mathematics. A
 * transposed convolution is the adjoint of that map: {@code dst[n, oc, ih*sh - ph + kh*dh, ...] +=
 * src[n, ic, ih, ...] * weights[ic, oc, kh, ...]}.
 *
 * <p>{@link PostOps} say what happens to each output before it is written: activations, a residual.
 * {@link Quantization} says what integers mean; which types there are, and what is computed with
 * them, stands at {@link ConvolutionTypes}. {@link FpmathMode} permits to multiply f32 numbers as
 * bf16.
 *
 * <p>Dilation counts from 1 (dense), as in PyTorch and ONNX. Weights have PyTorch's and ONNX's
 * shape: {@code [oc, ic/groups, kernel...]}, transposed {@code [ic, oc/groups, kernel...]}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable.
 *
 * <p><b>Errors.</b> Everything that can be wrong without knowing the source is refused by {@link
 * Builder#build}, the rest by {@link #geometry}, with {@link IllegalArgumentException}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Conv.html">ONNX Conv</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConvTranspose.html">ONNX ConvTranspose</a>
 * @see <a href="https://arxiv.org/abs/1603.07285">Dumoulin, Visin: A guide to convolution
 *     arithmetic for deep learning (2016)</a>
 */
public final class Convolution implements Step {
  private final int spatialRank;
  private final long inChannels;
  private final long outChannels;
  private final long groups;
  private final long[] kernel;
  private final long[] stride;
  private final long[] dilation;
  private final Padding padding;
  private final boolean bias;
  private final boolean transposed;
  private final boolean flippedKernel;
  private final long[] outputPadding;
  private final long @Nullable [] outputSize;
  private final PostOps postOps;
  private final Quantization quantization;
  private final FpmathMode fpmathMode;
  private final Requantization requantization;
  private final Shape weightsShape;

  private Convolution(Builder b) {
    spatialRank = b.spatialRank;
    inChannels = positive(b.inChannels, "inChannels");
    outChannels = positive(b.outChannels, "outChannels");
    groups = positive(b.groups, "groups");
    if (inChannels % groups != 0 || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          "groups must divide the channels but are %d for %d in and %d out"
              .formatted(groups, inChannels, outChannels));
    }
    kernel = perAxis(b.kernel, "kernel");
    stride = perAxis(b.stride, "stride");
    dilation = perAxis(b.dilation, "dilation");
    for (int i = 0; i < spatialRank; i++) {
      positive(kernel[i], "kernel");
      positive(stride[i], "stride");
      positive(dilation[i], "dilation");
      sum(product(dilation[i], kernel[i] - 1, "kernel span"), 1, "kernel span");
    }
    padding = b.padding;
    if (padding.axisCount() != 1 && padding.axisCount() != spatialRank) {
      throw new IllegalArgumentException(
          "padding has %d amounts but the convolution has %d axes"
              .formatted(padding.axisCount(), spatialRank));
    }
    bias = b.bias;
    transposed = b.transposed;
    flippedKernel = b.flippedKernel;
    outputPadding = perAxis(b.outputPadding, "outputPadding");
    outputSize = b.outputSize == null ? null : perAxis(b.outputSize, "outputSize");
    postOps = b.postOps;
    quantization = b.quantization;
    fpmathMode = b.fpmathMode;
    requantization = b.requantization;
    requireTransposedOptionsFit();
    requireScalesFit();
    weightsShape = computeWeightsShape();
  }

  private void requireTransposedOptionsFit() {
    boolean padsOutput = Arrays.stream(outputPadding).anyMatch(amount -> amount != 0);
    if (!transposed && (padsOutput || outputSize != null)) {
      throw new IllegalArgumentException(
          "outputPadding and outputSize are for transposed convolutions only");
    }
    for (int i = 0; i < spatialRank; i++) {
      notNegative(outputPadding[i], "outputPadding");
      if (outputPadding[i] != 0 && outputPadding[i] >= Math.max(stride[i], dilation[i])) {
        throw new IllegalArgumentException(
            "outputPadding must be below stride or dilation but is %d with stride %d, dilation %d"
                .formatted(outputPadding[i], stride[i], dilation[i]));
      }
      if (outputSize != null) {
        positive(outputSize[i], "outputSize");
      }
    }
    if (transposed && padding.mode() != PaddingMode.ZEROS) {
      throw new IllegalArgumentException(
          "a transposed convolution takes padding mode ZEROS only but got " + padding.mode());
    }
  }

  private void requireScalesFit() {
    int scales = quantization.weightsScaleCount();
    if (scales != 1 && scales != outChannels) {
      throw new IllegalArgumentException(
          "weights need 1 scale or one for each of %d output channels but got %d"
              .formatted(outChannels, scales));
    }
  }

  /** Starts the description of a 1D convolution. */
  public static Builder conv1d(long inChannels, long outChannels) {
    return new Builder(1, inChannels, outChannels, false);
  }

  /** Starts the description of a 2D convolution. */
  public static Builder conv2d(long inChannels, long outChannels) {
    return new Builder(2, inChannels, outChannels, false);
  }

  /** Starts the description of a 3D convolution. */
  public static Builder conv3d(long inChannels, long outChannels) {
    return new Builder(3, inChannels, outChannels, false);
  }

  /** Starts the description of a 1D transposed convolution. */
  public static Builder transposed1d(long inChannels, long outChannels) {
    return new Builder(1, inChannels, outChannels, true);
  }

  /** Starts the description of a 2D transposed convolution. */
  public static Builder transposed2d(long inChannels, long outChannels) {
    return new Builder(2, inChannels, outChannels, true);
  }

  /** Starts the description of a 3D transposed convolution. */
  public static Builder transposed3d(long inChannels, long outChannels) {
    return new Builder(3, inChannels, outChannels, true);
  }

  /** Returns a builder that starts from this description. */
  public Builder toBuilder() {
    var builder = new Builder(spatialRank, inChannels, outChannels, transposed);
    builder.groups = groups;
    builder.kernel = kernel;
    builder.stride = stride;
    builder.dilation = dilation;
    builder.padding = padding;
    builder.bias = bias;
    builder.flippedKernel = flippedKernel;
    builder.outputPadding = outputPadding;
    builder.outputSize = outputSize;
    builder.postOps = postOps;
    builder.quantization = quantization;
    builder.fpmathMode = fpmathMode;
    builder.requantization = requantization;
    return builder;
  }

  /** Returns the same convolution with another padding. */
  public Convolution withPadding(Padding other) {
    return toBuilder().padding(other).build();
  }

  /** Returns the same convolution with other post-ops. */
  public Convolution withPostOps(PostOps other) {
    return other.equals(postOps) ? this : toBuilder().postOps(other).build();
  }

  /** Returns the same convolution with another quantization. */
  public Convolution withQuantization(Quantization other) {
    return other.equals(quantization) ? this : toBuilder().quantization(other).build();
  }

  /** Returns the same convolution with another fpmath mode. */
  public Convolution withFpmathMode(FpmathMode other) {
    return other == fpmathMode ? this : toBuilder().fpmathMode(other).build();
  }

  /** Returns the same convolution with another requantization. */
  public Convolution withRequantization(Requantization other) {
    return other == requantization ? this : toBuilder().requantization(other).build();
  }

  /** Returns the number of spatial dimensions: 1, 2 or 3. */
  public int spatialRank() {
    return spatialRank;
  }

  /** Returns the channels of the source. */
  public long inChannels() {
    return inChannels;
  }

  /** Returns the channels of the result. */
  public long outChannels() {
    return outChannels;
  }

  /** Returns the groups. */
  public long groups() {
    return groups;
  }

  /**
   * Returns the taps along one spatial axis, 0 being the outermost.
   *
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long kernel(int axis) {
    return kernel[Checks.axis(axis, spatialRank, this)];
  }

  /**
   * Returns the stride along one spatial axis.
   *
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long stride(int axis) {
    return stride[Checks.axis(axis, spatialRank, this)];
  }

  /**
   * Returns the dilation along one spatial axis, 1 meaning dense.
   *
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long dilation(int axis) {
    return dilation[Checks.axis(axis, spatialRank, this)];
  }

  /** Returns the padding. */
  public Padding padding() {
    return padding;
  }

  /** Tells whether a bias is added. */
  public boolean hasBias() {
    return bias;
  }

  /** Tells whether this is a transposed convolution. */
  public boolean isTransposed() {
    return transposed;
  }

  /** Tells whether the kernel is flipped along every spatial axis, as in mathematics. */
  public boolean isKernelFlipped() {
    return flippedKernel;
  }

  /** Returns what is done to each output before it is written; often nothing. */
  public PostOps postOps() {
    return postOps;
  }

  /** Returns what integers mean; {@link Quantization#none} for floats. */
  public Quantization quantization() {
    return quantization;
  }

  /** Returns what f32 numbers may be rounded to before they are multiplied. */
  public FpmathMode fpmathMode() {
    return fpmathMode;
  }

  /** Returns how sums of integers become what dst holds. */
  public Requantization requantization() {
    return requantization;
  }

  /** Tells whether every channel has its own kernel: as many groups as source channels. */
  public boolean isDepthwise() {
    return groups == inChannels && groups > 1;
  }

  /**
   * Returns the output padding that was given along one spatial axis, 0 if none was; where an
   * output size was given, what applies follows from that, see {@link #geometry}.
   *
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long outputPadding(int axis) {
    return outputPadding[Checks.axis(axis, spatialRank, this)];
  }

  /**
   * Returns the output size that was given along one spatial axis, empty if none was; what applies
   * to a source is in {@link #geometry}.
   *
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public OptionalLong outputSize(int axis) {
    Checks.axis(axis, spatialRank, this);
    return outputSize == null ? OptionalLong.empty() : OptionalLong.of(outputSize[axis]);
  }

  /**
   * Resolves this description for a source shape.
   *
   * @throws IllegalArgumentException if they do not fit or a size overflows; names both sides
   */
  public Geometry geometry(Shape src) {
    return GeometryResolver.resolve(this, src);
  }

  @Override
  public Shape outputShape(Shape src) {
    return geometry(src).dst();
  }

  /**
   * Returns {@code [oc, ic/groups, kernel...]}, or {@code [ic, oc/groups, kernel...]} transposed.
   */
  public Shape weightsShape() {
    return weightsShape;
  }

  private Shape computeWeightsShape() {
    long[] dims = new long[spatialRank + 2];
    dims[0] = transposed ? inChannels : outChannels;
    dims[1] = (transposed ? outChannels : inChannels) / groups;
    System.arraycopy(kernel, 0, dims, 2, spatialRank);
    return Shape.of(dims);
  }

  @Override
  public long parameterCount() {
    return sum(weightsShape().elementCount(), bias ? outChannels : 0, "parameter count");
  }

  /**
   * {@inheritDoc}
   *
   * <p>Counts the dense loops, padding included, as the literature does.
   */
  @Override
  public long multiplications(Shape src) {
    Geometry geometry = geometry(src);
    Shape side = transposed ? geometry.src() : geometry.dst();
    long perElement = weightsShape().elementCount() / weightsShape().dim(0);
    return product(side.elementCount(), perElement, "multiplications");
  }

  /**
   * Returns how many source elements along each spatial axis one output sees: the span of the
   * dilated kernel, or for a transposed convolution the most that reach one output.
   */
  public long[] receptiveField() {
    long[] one = new long[spatialRank];
    Arrays.fill(one, 1);
    return receptiveField(one);
  }

  @Override
  public long[] receptiveField(long[] outputs) {
    if (outputs.length != spatialRank) {
      throw new IllegalArgumentException(
          "outputs has %d numbers but %s has %d axes".formatted(outputs.length, this, spatialRank));
    }
    Checks.allPositive(outputs, "outputs");
    long[] seen = new long[spatialRank];
    for (int i = 0; i < spatialRank; i++) {
      long span = dilation[i] * (kernel[i] - 1) + 1;
      seen[i] =
          transposed
              ? Math.ceilDiv(sum(outputs[i] - 1, span, "receptive field"), stride[i])
              : sum(product(outputs[i] - 1, stride[i], "receptive field"), span, "receptive field");
    }
    return seen;
  }

  /** Returns a warning for each axis on which a transposed convolution overlaps unevenly. */
  public List<Checkerboard> checkerboards() {
    List<Checkerboard> warnings = new ArrayList<>();
    for (int i = 0; transposed && i < spatialRank; i++) {
      // Taps that are a dilation apart reach only every so many of the outputs within a stride.
      long apart = greatestCommonDivisor(stride[i], dilation[i]);
      long reached = stride[i] / apart;
      if (apart > 1 || kernel[i] % reached != 0) {
        long fewest = apart > 1 ? 0 : kernel[i] / reached;
        long most = Math.ceilDiv(kernel[i], reached);
        warnings.add(new Checkerboard(i, kernel[i], stride[i], dilation[i], fewest, most));
      }
    }
    return List.copyOf(warnings);
  }

  /** Returns the greatest common divisor of two positive numbers. */
  static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  private long[] perAxis(long[] values, String name) {
    if (values.length == spatialRank) {
      return values.clone();
    }
    if (values.length != 1) {
      throw new IllegalArgumentException(
          "%s has %d values but the convolution has %d axes: give 1 or %d"
              .formatted(name, values.length, spatialRank, spatialRank));
    }
    long[] spread = new long[spatialRank];
    Arrays.fill(spread, values[0]);
    return spread;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Convolution that
        && spatialRank == that.spatialRank
        && inChannels == that.inChannels
        && outChannels == that.outChannels
        && groups == that.groups
        && bias == that.bias
        && transposed == that.transposed
        && flippedKernel == that.flippedKernel
        && Arrays.equals(kernel, that.kernel)
        && Arrays.equals(stride, that.stride)
        && Arrays.equals(dilation, that.dilation)
        && padding.equals(that.padding)
        && Arrays.equals(outputPadding, that.outputPadding)
        && Arrays.equals(outputSize, that.outputSize)
        && postOps.equals(that.postOps)
        && quantization.equals(that.quantization)
        && fpmathMode == that.fpmathMode
        && requantization == that.requantization;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        spatialRank,
        inChannels,
        outChannels,
        groups,
        bias,
        transposed,
        flippedKernel,
        Arrays.hashCode(kernel),
        Arrays.hashCode(stride),
        Arrays.hashCode(dilation),
        padding,
        Arrays.hashCode(outputPadding),
        Arrays.hashCode(outputSize),
        postOps);
  }

  /** Returns for example {@code conv2d(64 -> 128, kernel [3, 3], padding [1], groups 4)}. */
  @Override
  public String toString() {
    var text = new StringBuilder(transposed ? "transposed" : "conv");
    text.append(spatialRank).append("d(").append(inChannels).append(" -> ").append(outChannels);
    text.append(", kernel ").append(Arrays.toString(kernel));
    appendUnless(text, "stride", stride, 1);
    appendUnless(text, "dilation", dilation, 1);
    if (!padding.equals(Padding.valid())) {
      text.append(", padding ").append(padding);
    }
    appendUnless(text, "outputPadding", outputPadding, 0);
    if (outputSize != null) {
      text.append(", outputSize ").append(Arrays.toString(outputSize));
    }
    if (groups != 1) {
      text.append(", groups ").append(groups);
    }
    return text.append(bias ? ", bias" : "")
        .append(flippedKernel ? ", flipped kernel" : "")
        .append(postOps.isEmpty() ? "" : ", post-ops " + postOps)
        .append(quantization.isNone() ? "" : ", " + quantization)
        .append(fpmathMode == FpmathMode.STRICT ? "" : ", fpmath bf16")
        .append(requantization == Requantization.EXACT ? "" : ", requantization fused")
        .append(')')
        .toString();
  }

  private static void appendUnless(StringBuilder text, String name, long[] values, long plain) {
    if (Arrays.stream(values).anyMatch(value -> value != plain)) {
      text.append(", ").append(name).append(' ').append(Arrays.toString(values));
    }
  }

  /**
   * Collects a description. Where a list is taken, one number holds for every axis; otherwise give
   * one an axis, in the order depth, height, width.
   *
   * <p><b>Memory.</b> Plain objects; lists are copied. <b>Threads.</b> For one thread.
   * <b>Errors.</b> Numbers out of range, and those that do not go together, are refused by {@link
   * #build} with {@link IllegalArgumentException}.
   */
  public static final class Builder {
    private static final long[] ONE = {1};
    private static final long[] ZERO = {0};

    private final int spatialRank;
    private final long inChannels;
    private final long outChannels;
    private final boolean transposed;
    private long groups = 1;
    private long[] kernel = ONE;
    private long[] stride = ONE;
    private long[] dilation = ONE;
    private Padding padding = Padding.valid();
    private boolean bias = true;
    private boolean flippedKernel;
    private long[] outputPadding = ZERO;
    private long @Nullable [] outputSize;
    private PostOps postOps = PostOps.none();
    private Quantization quantization = Quantization.none();
    private FpmathMode fpmathMode = FpmathMode.STRICT;
    private Requantization requantization = Requantization.EXACT;

    private Builder(int spatialRank, long inChannels, long outChannels, boolean transposed) {
      this.spatialRank = spatialRank;
      this.inChannels = positive(inChannels, "inChannels");
      this.outChannels = positive(outChannels, "outChannels");
      this.transposed = transposed;
    }

    /** Sets the taps; 1 if not called. */
    public Builder kernel(long... kernel) {
      this.kernel = Objects.requireNonNull(kernel, "kernel").clone();
      return this;
    }

    /** Sets the step of the window; 1 if not called. */
    public Builder stride(long... stride) {
      this.stride = Objects.requireNonNull(stride, "stride").clone();
      return this;
    }

    /** Sets the distance between taps; 1, meaning dense, if not called. */
    public Builder dilation(long... dilation) {
      this.dilation = Objects.requireNonNull(dilation, "dilation").clone();
      return this;
    }

    /** Sets the same zero padding at both ends of each axis; 0 if not called. */
    public Builder padding(long... amounts) {
      return padding(Padding.symmetric(amounts));
    }

    /** Sets the padding. */
    public Builder padding(Padding padding) {
      this.padding = Objects.requireNonNull(padding, "padding");
      return this;
    }

    /** Splits the channels into groups that do not see each other; 1 if not called. */
    public Builder groups(long groups) {
      this.groups = groups;
      return this;
    }

    /** Sets whether a bias is added; true if not called. */
    public Builder bias(boolean bias) {
      this.bias = bias;
      return this;
    }

    /** Flips the kernel along every spatial axis: true convolution instead of cross-correlation. */
    public Builder flippedKernel() {
      return flippedKernel(true);
    }

    /** Sets whether the kernel is flipped; false if not called. */
    public Builder flippedKernel(boolean flippedKernel) {
      this.flippedKernel = flippedKernel;
      return this;
    }

    /**
     * Adds elements at the end of the result of a transposed convolution, to choose among the sizes
     * that one strided convolution maps to the same size; 0 if not called.
     */
    public Builder outputPadding(long... outputPadding) {
      this.outputPadding = Objects.requireNonNull(outputPadding, "outputPadding").clone();
      return this;
    }

    /**
     * Sets the size of the result of a transposed convolution, which wins over output padding.
     *
     * <p>With given padding, as in PyTorch's {@code output_size}, the padding stays and the output
     * padding follows; sizes that no output padding reaches are refused by {@link #geometry}. With
     * {@link Padding#sameUpper} or {@link Padding#sameLower}, as in ONNX's {@code output_shape},
     * the padding follows: {@code stride * (src - 1) + outputPadding + span - outputSize} elements
     * are shared between both ends by that rule, and a size that is larger than all that the taps
     * reach is filled up at the end. ONNX does so with {@code auto_pad} NOTSET too, ignoring {@code
     * pads}, by the rule of {@link Padding#sameLower}.
     */
    public Builder outputSize(long... outputSize) {
      this.outputSize = Objects.requireNonNull(outputSize, "outputSize").clone();
      return this;
    }

    /** Sets what is done to each output before it is written, in order; nothing if not called. */
    public Builder postOps(PostOp... postOps) {
      return postOps(PostOps.of(postOps));
    }

    /** Sets what is done to each output before it is written; nothing if not called. */
    public Builder postOps(PostOps postOps) {
      this.postOps = Objects.requireNonNull(postOps, "postOps");
      return this;
    }

    /** Sets what integers mean; that they stand for themselves if not called. */
    public Builder quantization(Quantization quantization) {
      this.quantization = Objects.requireNonNull(quantization, "quantization");
      return this;
    }

    /** Sets what f32 numbers may be rounded to; nothing if not called. */
    public Builder fpmathMode(FpmathMode fpmathMode) {
      this.fpmathMode = Objects.requireNonNull(fpmathMode, "fpmathMode");
      return this;
    }

    /** Sets how sums of integers become what dst holds; operation by operation if not called. */
    public Builder requantization(Requantization requantization) {
      this.requantization = Objects.requireNonNull(requantization, "requantization");
      return this;
    }

    /**
     * Returns the description.
     *
     * @throws IllegalArgumentException if a value is out of range, lists have the wrong length,
     *     groups do not divide the channels, a size overflows, or options do not go together
     */
    public Convolution build() {
      return new Convolution(this);
    }
  }
}

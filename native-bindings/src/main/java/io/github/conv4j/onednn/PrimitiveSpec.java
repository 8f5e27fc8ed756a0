package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.compose.Window;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one primitive computes: sizes, strides and numbers, nothing about where tensors lie. Equal
 * work is described equally however it was written, so that it gets the same kernel: axes of size 1
 * are left out, a single axis is the width of images of height 1 (for which oneDNN has more kernels
 * than for one dimension, or for width 1), pixels that a kernel of one tap visits one after the
 * other are one row, as images of one pixel are, and what strides say along a size of 1 is not
 * kept.
 *
 * @param axes from zero: where the tensors' parts begin says nothing about the kernel
 * @param weightsStrides of the caller's row-major weights, seen through {@link #weightsDims}
 * @param src the caller's src
 * @param dst the caller's dst
 * @param form how the kernel sees src and dst
 * @param types of the elements
 * @param postOps what the kernel does to outputs before it writes them
 * @param addsToDst whether the operand of the first post-op, which adds it, is what dst held
 * @param hasZeroPoint whether a byte other than 0 stands for zero in src
 */
record PrimitiveSpec(
    boolean transposed,
    long groups,
    long inChannels,
    long outChannels,
    boolean hasBias,
    List<AxisPlan> axes,
    List<Long> weightsStrides,
    Operand src,
    Operand dst,
    Form form,
    PrimitiveTypes types,
    PostOps postOps,
    boolean addsToDst,
    boolean hasZeroPoint) {

  /** How a kernel sees the tensors; where the caller's lie otherwise, they are copied. */
  enum Form {
    /** As the caller has them. */
    GIVEN(""),
    /** Dense, channels last. */
    CHANNELS_LAST("channels-last:"),
    /** Dense, channels first. */
    CHANNELS_FIRST("channels-first:"),
    /** Dense, channels last, with the zeros beside each row of src that kernels do not take. */
    PADDED("padded:");

    private final String prefix;

    Form(String prefix) {
      this.prefix = prefix;
    }

    /** What stands before an implementation's name where tensors are copied for it. */
    String prefix() {
      return prefix;
    }
  }

  private static final AxisPlan UNIT =
      new AxisPlan(
          AxisPlan.Coverage.CONTIGUOUS,
          new Window.Range(0, 1),
          new Window.Range(0, 1),
          new Window.Range(0, 1),
          1,
          1,
          0,
          0);

  private static final int CHANNELS_OF_A_REGISTER = 16;

  /** Beside a row oneDNN's depthwise kernels take as many as pixels of a block: three in SSE4.1. */
  private static final int DEPTHWISE_ZEROS = 3;

  /** With 13 taps, and with shorter rows, its code was seen to end. */
  private static final int LEAST_ENDLESS_TAPS = 14;

  /** The first spatial dimension of an operand. */
  private static final int SPATIAL = 2;

  PrimitiveSpec {
    axes = List.copyOf(axes);
    weightsStrides = List.copyOf(weightsStrides);
    src = src.canonical();
    dst = dst.canonical();
  }

  /**
   * Describes a whole problem; src and dst are the parts of the tensors that take part.
   *
   * @param mostElements what spans more than this is not described as one row
   */
  static PrimitiveSpec of(
      NativeProblem problem, TensorSpec src, TensorSpec dst, Form form, long mostElements) {
    Convolution convolution = problem.convolution();
    var axes = new CanonicalAxes(problem, Operand.of(src), Operand.of(dst));
    axes.simplify(mostElements);
    return new PrimitiveSpec(
            convolution.isTransposed() && !axes.isPointwise(),
            convolution.groups(),
            convolution.inChannels(),
            convolution.outChannels(),
            convolution.hasBias(),
            axes.plans(),
            axes.weightsStrides(),
            axes.src(),
            axes.dst(),
            form,
            PrimitiveTypes.of(problem, src, dst),
            convolution.postOps(),
            problem.addsToDst(),
            problem.hasZeroPoint())
        .withoutPitchOfOneOutput();
  }

  PrimitiveSpec in(Form other) {
    return new PrimitiveSpec(
        transposed,
        groups,
        inChannels,
        outChannels,
        hasBias,
        axes,
        weightsStrides,
        src,
        dst,
        other,
        types,
        postOps,
        addsToDst,
        hasZeroPoint);
  }

  /**
   * With one source channel a group, one output in a row and a stride above 1, oneDNN 3.13
   * (brg_conv_fwd, NHWC) takes the reach of the kernel for the pitch of a row.
   */
  private PrimitiveSpec withoutPitchOfOneOutput() {
    AxisPlan last = axes.getLast();
    AxisPlan plan = last.withoutStrideOfOneOutput();
    if (transposed || inChannels != groups || plan.equals(last)) {
      return this;
    }
    List<AxisPlan> changed = new ArrayList<>(axes);
    changed.set(axes.size() - 1, plan);
    return new PrimitiveSpec(
        transposed,
        groups,
        inChannels,
        outChannels,
        hasBias,
        changed,
        weightsStrides,
        src.withDim(src.dims().size() - 1, plan.src().count()),
        dst,
        form,
        types,
        postOps,
        addsToDst,
        hasZeroPoint);
  }

  /**
   * Whether an operand would have to be copied as dst is: it lies as the caller's dst does, and the
   * kernel wants it as its own.
   */
  boolean lacksOperand() {
    return copiesDst() && Fusion.hasFullOperand(postOps);
  }

  /** What the kernel reads. */
  Operand kernelSrc() {
    return switch (form) {
      case GIVEN -> src;
      case CHANNELS_LAST -> Operand.channelsLast(src.dims());
      case CHANNELS_FIRST -> Operand.channelsFirst(src.dims());
      case PADDED -> {
        long width = src.dims().getLast() + copiedZeros();
        yield Operand.channelsLast(src.withDim(src.dims().size() - 1, width).dims());
      }
    };
  }

  /** What the kernel writes. */
  Operand kernelDst() {
    return switch (form) {
      case GIVEN -> dst;
      case CHANNELS_LAST, PADDED -> Operand.channelsLast(dst.dims());
      case CHANNELS_FIRST -> Operand.channelsFirst(dst.dims());
    };
  }

  /** Whether each source channel makes one output channel. */
  boolean isDepthwise() {
    return groups > 1 && groups == inChannels && groups == outChannels;
  }

  /** Whether what the kernel reads is a copy, for its order or for its type. */
  boolean copiesSrc() {
    return types.convertsSrc() || reordersSrc();
  }

  boolean reordersSrc() {
    return !src.hasBytesOf(kernelSrc());
  }

  boolean copiesDst() {
    return !dst.hasBytesOf(kernelDst());
  }

  boolean copies() {
    return copiesSrc() || copiesDst();
  }

  /** How many zeros are copied beside each row in {@link Form#PADDED}. */
  long copiedZeros() {
    return copiedOf(axes.getLast().begin()) + copiedOf(axes.getLast().end());
  }

  /** How many of so many zeros on one side of a row are copied. */
  private long copiedOf(long zeros) {
    AxisPlan row = axes.getLast();
    boolean takesSome =
        isDepthwise()
            && Math.max(row.begin(), row.end()) > DEPTHWISE_ZEROS
            && row.dst().count() >= DEPTHWISE_ZEROS;
    return Math.max(0, zeros - (takesSome ? DEPTHWISE_ZEROS : 0));
  }

  /** Whether {@link Form#PADDED} may help: few kernels take much padding before a row. */
  boolean mayPad() {
    return !transposed && !hasZeroPoint && axes.getLast().begin() > 0;
  }

  /** oneDNN 3.13 (brg_deconv) does not look at the distance between the images of src. */
  boolean isReadWrong() {
    return transposed && form == Form.GIVEN && !isDense(src);
  }

  /**
   * oneDNN 3.13 (brdgmm_dw for AVX-512) writes code without end for long rows of few channels
   * narrower than f32: it counts one register too few, and then steps by none.
   */
  boolean compilesWithoutEnd(Implementation implementation) {
    AxisPlan row = axes.getLast();
    return types.isNarrow()
        && implementation.isOf("brdgmm")
        && outChannels <= CHANNELS_OF_A_REGISTER
        && row.stride() == 1
        && row.taps().count() >= LEAST_ENDLESS_TAPS;
  }

  /**
   * oneDNN 3.13 (ref_deconvolution) sums in a scratchpad of as many elements as dst has, with dst's
   * strides: it writes beyond it where elements of dst lie apart.
   */
  boolean overrunsScratchpad(Implementation implementation) {
    return transposed && implementation.isOf("conv:") && !isDense(kernelDst());
  }

  private static boolean isDense(Operand operand) {
    return operand.hasBytesOf(Operand.channelsLast(operand.dims()))
        || operand.hasBytesOf(Operand.channelsFirst(operand.dims()));
  }

  boolean pads() {
    return form == Form.PADDED;
  }

  /** Where the caller's first element lies in the copy that the kernel reads, in elements. */
  long srcCopyOffset() {
    return pads() ? copiedOf(axes.getLast().begin()) * kernelSrc().strides().getLast() : 0;
  }

  /** The one place where dilation becomes 0-based. */
  Dnnl.Numbers numbers() {
    int last = axes.size() - 1;
    long[] begin = axes.stream().mapToLong(AxisPlan::begin).toArray();
    long[] end = axes.stream().mapToLong(AxisPlan::end).toArray();
    if (pads()) {
      begin[last] -= copiedOf(begin[last]);
      end[last] -= copiedOf(end[last]);
    }
    return new Dnnl.Numbers(
        axes.stream().mapToLong(AxisPlan::stride).toArray(),
        axes.stream().mapToLong(plan -> plan.dilation() - 1).toArray(),
        begin,
        end);
  }

  /** oneDNN's logical weights: {@code [g,] oc/g, ic/g, kernel}, for both directions. */
  long[] weightsDims() {
    List<Long> dims = new ArrayList<>();
    if (groups > 1) {
      dims.add(groups);
    }
    dims.add(outChannels / groups);
    dims.add(inChannels / groups);
    for (AxisPlan plan : axes) {
      dims.add(plan.taps().count());
    }
    return Operand.array(dims);
  }

  long[] weightsStridesArray() {
    return Operand.array(weightsStrides);
  }

  long taps() {
    long taps = 1;
    for (AxisPlan plan : axes) {
      taps *= plan.taps().count();
    }
    return taps;
  }

  long images() {
    return src.dims().getFirst();
  }

  /** The first axis with more than one output, along which parts of images are cut; or the last. */
  int rowAxis() {
    int axis = 0;
    while (axis < axes.size() - 1 && axes.get(axis).dst().count() == 1) {
      axis++;
    }
    return axis;
  }

  /** A part of the work and where it lies; offsets in elements of the whole. */
  record Part(
      PrimitiveSpec spec, long srcOffset, long dstOffset, long weightsOffset, long biasOffset) {}

  /** All of it. */
  Part whole() {
    return new Part(this, 0, 0, 0, 0);
  }

  /**
   * Cuts a part out.
   *
   * @param images which images
   * @param rows which outputs along {@link #rowAxis}, all of them if this is transposed
   * @param channels which output channels; with groups, whole groups
   */
  Part part(Window.Range images, Window.Range rows, Window.Range channels) {
    int axis = rowAxis();
    List<AxisPlan> partAxes = new ArrayList<>(axes);
    Operand partSrc = src.withDim(0, images.count());
    Operand partDst = dst.withDim(0, images.count());
    long srcOffset = images.begin() * src.strides().getFirst();
    long dstOffset = images.begin() * dst.strides().getFirst();
    if (!transposed && rows.count() < axes.get(axis).dst().count()) {
      AxisPlan plan = axes.get(axis).part(rows);
      int dim = SPATIAL + axis;
      srcOffset += plan.src().begin() * src.stride(dim);
      dstOffset += rows.begin() * dst.stride(dim);
      partAxes.set(axis, plan.fromZero());
      partSrc = partSrc.withDim(dim, plan.src().count());
      partDst = partDst.withDim(dim, plan.dst().count());
    }
    long partGroups = groups;
    long partIn = inChannels;
    long weightsOffset = 0;
    List<Long> partWeights = weightsStrides;
    if (channels.count() < outChannels) {
      partDst = partDst.withDim(1, channels.count());
      dstOffset += channels.begin() * dst.stride(1);
      if (groups == 1) {
        weightsOffset = channels.begin() * weightsStrides.getFirst();
      } else {
        long outOfGroup = outChannels / groups;
        long inOfGroup = inChannels / groups;
        long firstGroup = channels.begin() / outOfGroup;
        partGroups = channels.count() / outOfGroup;
        partIn = partGroups * inOfGroup;
        partSrc = partSrc.withDim(1, partIn);
        srcOffset += firstGroup * inOfGroup * src.stride(1);
        weightsOffset = firstGroup * weightsStrides.getFirst();
        if (partGroups == 1) {
          partWeights = weightsStrides.subList(1, weightsStrides.size());
        }
      }
    }
    var spec =
        new PrimitiveSpec(
            transposed,
            partGroups,
            partIn,
            channels.count(),
            hasBias,
            partAxes,
            partWeights,
            partSrc,
            partDst,
            form,
            types,
            postOps,
            addsToDst,
            hasZeroPoint);
    return new Part(
        spec.withoutPitchOfOneOutput(), srcOffset, dstOffset, weightsOffset, channels.begin());
  }

  // Written out: linking what the compiler makes for a record takes milliseconds of a first
  // prepare.

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof PrimitiveSpec that
            && transposed == that.transposed
            && groups == that.groups
            && inChannels == that.inChannels
            && outChannels == that.outChannels
            && hasBias == that.hasBias
            && addsToDst == that.addsToDst
            && hasZeroPoint == that.hasZeroPoint
            && form == that.form
            && types == that.types
            && src.equals(that.src)
            && dst.equals(that.dst)
            && axes.equals(that.axes)
            && postOps.equals(that.postOps)
            && weightsStrides.equals(that.weightsStrides));
  }

  @Override
  public int hashCode() {
    return (src.hashCode() * 31 + dst.hashCode()) * 31 + axes.hashCode();
  }

  /** Axes on their way to the form in which equal work is equal. */
  private static final class CanonicalAxes {
    /** So many are enough for as many threads. */
    private static final long MANY_ROWS = 32;

    /** Rows of fewer pixels are left whole. */
    private static final long LONG_ROW = 256;

    private final boolean transposed;

    /** Whether kernels may be faster on rows than on images; copies want images apart. */
    private final boolean gainsByRows;

    private final List<AxisPlan> plans = new ArrayList<>();
    private final List<Long> outerWeights = new ArrayList<>();
    private final List<Long> tapStrides = new ArrayList<>();
    private final List<Long> srcStrides = new ArrayList<>();
    private final List<Long> dstStrides = new ArrayList<>();
    private final long srcChannels;
    private final long dstChannels;
    private final long srcChannelStride;
    private final long dstChannelStride;
    private long images;
    private long srcImage;
    private long dstImage;

    CanonicalAxes(NativeProblem problem, Operand src, Operand dst) {
      transposed = problem.convolution().isTransposed();
      gainsByRows = !transposed && !problem.convolution().isDepthwise() && !problem.roundsToBf16();
      images = src.dims().getFirst();
      srcImage = src.strides().getFirst();
      dstImage = dst.strides().getFirst();
      srcChannels = src.dim(1);
      dstChannels = dst.dim(1);
      srcChannelStride = src.stride(1);
      dstChannelStride = dst.stride(1);
      long[] weights = problem.weightsStrides();
      int outer = weights.length - problem.axes().size();
      for (int i = 0; i < outer; i++) {
        outerWeights.add(weights[i]);
      }
      for (int i = 0; i < problem.axes().size(); i++) {
        AxisPlan plan = problem.axes().get(i).fromZero();
        if (isPointwise(plan) && plan.src().count() == 1) {
          continue;
        }
        plans.add(plan);
        tapStrides.add(plan.taps().count() == 1 ? 1 : weights[outer + i]);
        srcStrides.add(src.stride(SPATIAL + i));
        dstStrides.add(dst.stride(SPATIAL + i));
      }
    }

    private static boolean isPointwise(AxisPlan plan) {
      return plan.taps().count() == 1
          && plan.stride() == 1
          && plan.begin() == 0
          && plan.end() == 0
          && plan.src().count() == plan.dst().count();
    }

    boolean isPointwise() {
      return plans.stream().allMatch(CanonicalAxes::isPointwise);
    }

    void simplify(long mostElements) {
      if (plans.isEmpty() && images > 1) {
        takeImagesForPixels(mostElements);
      }
      for (int i = plans.size() - 2; i >= 0; i--) {
        mergeWithNext(i);
      }
      boolean depthOnly = plans.size() == 3 && isPointwise(plans.getFirst());
      boolean rowsOnly = plans.size() == 1 && isPointwise(plans.getFirst());
      if (depthOnly && canBeImages()) {
        firstAxisBecomesImages();
      } else if (rowsOnly && images > 1 && canBeImages()) {
        long pixels = images * plans.getFirst().src().count();
        if (spanOfRow(pixels) <= mostElements) {
          plans.set(0, row(pixels));
          images = 1;
        }
      }
      if (gainsByRows && imagesAreRows(mostElements)) {
        if (rowsAreFewAndLong()) {
          rowsBecomeImages();
        } else if (images > 1) {
          imagesBecomeRows();
        }
      }
      while (plans.size() < 2) {
        boolean none = plans.isEmpty();
        srcStrides.addFirst(none ? srcChannels : srcStrides.getFirst() * srcCount());
        dstStrides.addFirst(none ? dstChannels : dstStrides.getFirst() * dstCount());
        plans.addFirst(UNIT);
        tapStrides.addFirst(1L);
      }
    }

    /**
     * Whether images have one row, or rows that no tap joins, all of them dense and channels-last,
     * and are not too many.
     */
    private boolean imagesAreRows(long mostElements) {
      Operand src = src();
      Operand dst = dst();
      return (plans.size() == 1 || (plans.size() == 2 && isPointwise(plans.getFirst())))
          && src.hasBytesOf(Operand.channelsLast(src.dims()))
          && dst.hasBytesOf(Operand.channelsLast(dst.dims()))
          && Math.max(src.elementCount(), dst.elementCount()) <= mostElements;
    }

    /** Whether threads need parts of a row each, which are cut of images of one row alone. */
    private boolean rowsAreFewAndLong() {
      long rows = images * (plans.size() == 1 ? 1 : plans.getFirst().src().count());
      return rows < MANY_ROWS && plans.getLast().dst().count() >= LONG_ROW;
    }

    private void rowsBecomeImages() {
      if (plans.size() == 2) {
        firstAxisBecomesImages();
      }
    }

    private void firstAxisBecomesImages() {
      images *= plans.getFirst().src().count();
      srcImage = srcStrides.removeFirst();
      dstImage = dstStrides.removeFirst();
      plans.removeFirst();
      tapStrides.removeFirst();
    }

    private void imagesBecomeRows() {
      if (plans.size() == 1) {
        plans.addFirst(row(images));
        tapStrides.addFirst(1L);
        srcStrides.addFirst(srcImage);
        dstStrides.addFirst(dstImage);
      } else {
        plans.set(0, row(images * plans.getFirst().src().count()));
      }
      images = 1;
    }

    private void takeImagesForPixels(long mostElements) {
      srcStrides.add(srcImage);
      dstStrides.add(dstImage);
      if (spanOfRow(images) > mostElements) {
        srcStrides.clear();
        dstStrides.clear();
        return;
      }
      plans.add(row(images));
      tapStrides.add(1L);
      images = 1;
    }

    /** The most elements that a row of so many pixels spans: as it lies, or as a dense copy. */
    private long spanOfRow(long pixels) {
      long dense = pixels * Math.max(srcChannels, dstChannels);
      long src = (pixels - 1) * srcStrides.getFirst() + (srcChannels - 1) * srcChannelStride + 1;
      long dst = (pixels - 1) * dstStrides.getFirst() + (dstChannels - 1) * dstChannelStride + 1;
      return Math.max(dense, Math.max(src, dst));
    }

    private long srcCount() {
      AxisPlan plan = plans.getFirst();
      return (transposed ? plan.dst() : plan.src()).count();
    }

    private long dstCount() {
      AxisPlan plan = plans.getFirst();
      return (transposed ? plan.src() : plan.dst()).count();
    }

    /** Whether the elements of the first axis follow each other as images do. */
    private boolean canBeImages() {
      long count = plans.getFirst().src().count();
      return images == 1
          || (srcImage == count * srcStrides.getFirst()
              && dstImage == count * dstStrides.getFirst());
    }

    private void mergeWithNext(int i) {
      AxisPlan plan = plans.get(i);
      AxisPlan next = plans.get(i + 1);
      long count = next.src().count();
      boolean merges =
          isPointwise(plan)
              && isPointwise(next)
              && srcStrides.get(i) == count * srcStrides.get(i + 1)
              && dstStrides.get(i) == count * dstStrides.get(i + 1);
      if (merges) {
        plans.set(i, row(plan.src().count() * count));
        srcStrides.remove(i);
        dstStrides.remove(i);
        tapStrides.remove(i);
        plans.remove(i + 1);
      }
    }

    private static AxisPlan row(long count) {
      var all = new Window.Range(0, count);
      return new AxisPlan(
          AxisPlan.Coverage.CONTIGUOUS, all, all, new Window.Range(0, 1), 1, 1, 0, 0);
    }

    List<AxisPlan> plans() {
      return Collections.unmodifiableList(plans);
    }

    List<Long> weightsStrides() {
      List<Long> strides = new ArrayList<>(outerWeights);
      strides.addAll(tapStrides);
      return strides;
    }

    Operand src() {
      return operand(srcChannels, srcImage, srcChannelStride, srcStrides, !transposed);
    }

    Operand dst() {
      return operand(dstChannels, dstImage, dstChannelStride, dstStrides, transposed);
    }

    private Operand operand(
        long channels, long image, long channel, List<Long> spatial, boolean readsSrc) {
      List<Long> dims = new ArrayList<>(List.of(images, channels));
      List<Long> strides = new ArrayList<>(List.of(image, channel));
      for (int i = 0; i < plans.size(); i++) {
        AxisPlan plan = plans.get(i);
        dims.add((readsSrc ? plan.src() : plan.dst()).count());
        strides.add(spatial.get(i));
      }
      return new Operand(dims, strides);
    }
  }
}

package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One of the many ways to write the same work over the same bytes, so that it runs as fast whatever
 * a caller wrote. Axes of size 1 are left out, with all taps but the one that meets them; a
 * transposed convolution of stride 1 is a convolution, one from a single pixel a product; windows
 * side by side that leave nothing else to do are pixels of more channels; images of one pixel are
 * pixels of one image; elements that no tap joins are groups where channels are few, else short
 * rows of them a distance of taps; layouts are told by their strides, not by their names.
 */
public final class CanonicalForm {
  /** Longer rows are worth a loop of their own. */
  private static final long MOST_BETWEEN = 4;

  /** Groups of one channel that fill a vector need not be more. */
  private static final int FEW_CHANNELS = 16;

  /** With more groups, reading their weights takes the time. */
  private static final long MOST_GROUPS = 1 << 14;

  private static final int FEW_TAPS = 9;

  /** Of a group of one channel that is repeated; with more its outputs fill vectors as it is. */
  private static final long MOST_OUTPUTS = 8;

  /** With more weights, reading them takes the time, and a copy of them much memory. */
  private static final long MOST_REORDERED_WEIGHTS = 1 << 22;

  private final PrepareRequest request;
  private final Convolution original;
  private final List<UnaryOperator<float[]>> onWeights = new ArrayList<>();
  private final List<UnaryOperator<float[]>> onBias = new ArrayList<>();
  private List<Axis> axes = new ArrayList<>();
  private long images;
  private long groups;
  private long in;
  private long out;
  private boolean transposed;
  private long srcImage;
  private long srcChannel;
  private long dstImage;
  private long dstChannel;
  private boolean changed;

  /** One spatial axis, with the distances between its elements. */
  private record Axis(
      long src,
      long dst,
      long kernel,
      long stride,
      long dilation,
      long begin,
      long srcStep,
      long dstStep) {
    static final Axis ONE = new Axis(1, 1, 1, 1, 1, 0, 1, 1);

    long span() {
      return dilation * (kernel - 1) + 1;
    }

    long end(boolean transposed) {
      return (transposed ? (src - 1) * stride - dst : (dst - 1) * stride - src) + span() - begin;
    }

    /** Tells whether each element is its own window. */
    boolean isPlain() {
      return kernel == 1 && stride == 1 && begin == 0 && src == dst;
    }

    /** Tells whether all windows are inside the source, one beside the other. */
    boolean hasPatches() {
      return begin == 0
          && (kernel == 1 || dilation == 1)
          && (dst == 1 || kernel == stride)
          && (dst - 1) * stride + kernel <= src;
    }

    Axis withTaps(long count, long newBegin) {
      return new Axis(src, dst, count, stride, dilation, newBegin, srcStep, dstStep);
    }
  }

  private CanonicalForm(PrepareRequest request) {
    this.request = request;
    original = request.convolution();
    images = request.src().shape().dim(0);
    groups = original.groups();
    in = original.inChannels();
    out = original.outChannels();
    transposed = original.isTransposed();
    long[] src = request.src().strides();
    long[] dst = request.dst().strides();
    srcImage = src[0];
    srcChannel = src[1];
    dstImage = dst[0];
    dstChannel = dst[1];
    List<Geometry.Axis> given = request.geometry().axes();
    for (int i = 0; i < given.size(); i++) {
      Geometry.Axis a = given.get(i);
      axes.add(
          new Axis(
              a.src(),
              a.dst(),
              a.kernel(),
              a.stride(),
              a.dilation(),
              a.begin(),
              src[i + 2],
              dst[i + 2]));
    }
  }

  /**
   * Returns an equal request over the same bytes, or null if there is no better one.
   *
   * @param request whose layouts are plain or strided
   * @param leastAxes a problem of fewer axes gets some of size 1
   * @param lanes channels of a vector
   * @param arena for the weights and the bias of the result
   */
  public static @Nullable PrepareRequest of(
      PrepareRequest request, int leastAxes, int lanes, Arena arena) {
    var form = new CanonicalForm(request);
    if (request.convolution().padding().mode() != PaddingMode.ZEROS) {
      return form.build(arena); // with better names of the layouts
    }
    if (!form.leavesOutOnes()) {
      return null;
    }
    form.asProduct();
    form.asConvolution();
    form.asPixels();
    if (form.hasFewTaps()) {
      form.asGroups(MOST_OUTPUTS, lanes);
    }
    form.mergeShortRows();
    form.downwards();
    form.addAxes(leastAxes);
    return form.build(arena);
  }

  /**
   * Returns an equal request over the same bytes that is not transposed where a convolution does,
   * in which windows side by side are pixels where nothing else is left to do, and elements that no
   * tap joins are groups or a distance of taps; null if there is none.
   *
   * @param request of padding with zeros, whose layouts are plain or strided
   * @param arena for the weights and the bias of the result
   */
  public static @Nullable PrepareRequest plain(PrepareRequest request, Arena arena) {
    var form = new CanonicalForm(request);
    form.asProduct();
    form.asConvolution();
    if (mayBePixels(request)) {
      form.mergeWindows();
    }
    form.asGroups(1, FEW_CHANNELS);
    form.mergeShortRows();
    form.addAxes(1);
    return form.changed ? form.build(arena) : null;
  }

  /** Whether it is worth asking for the {@link #plain} form; false for nearly all that is asked. */
  public static boolean mayBePlainer(PrepareRequest request) {
    return mayHavePlainerAxes(request) || mayBePixels(request);
  }

  /** The same but for windows side by side, which kernels take as they are too. */
  public static boolean mayHavePlainerAxes(PrepareRequest request) {
    return request.convolution().isTransposed() || mayJoinRows(request) || mayBeGroups(request);
  }

  /** Whether rows of a few elements that no tap joins may be a distance of taps. */
  public static boolean mayJoinRows(PrepareRequest request) {
    List<Geometry.Axis> axes = request.geometry().axes();
    for (int i = 1; i < axes.size(); i++) {
      Geometry.Axis axis = axes.get(i);
      if (axis.kernel() == 1 && axis.src() > 1 && axis.src() <= MOST_BETWEEN) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayBeGroups(PrepareRequest request) {
    Convolution convolution = request.convolution();
    Geometry.Axis last = request.geometry().axes().getLast();
    return convolution.isDepthwise()
        && convolution.outChannels() == convolution.inChannels()
        && convolution.inChannels() < FEW_CHANNELS
        && last.src() > 1
        && (last.kernel() == 1 || last.dilation() > 1)
        && (request.src().isAny() || request.src().strides()[1] == 1);
  }

  /**
   * Whether windows side by side take all elements of src, and are worth other weights. Operands
   * would have to lie otherwise too.
   */
  private static boolean mayBePixels(PrepareRequest request) {
    Convolution convolution = request.convolution();
    if (convolution.isTransposed()
        || convolution.groups() > 1
        || !convolution.postOps().isPointwise()) {
      return false;
    }
    long taps = 1;
    for (Geometry.Axis axis : request.geometry().axes()) {
      boolean takesAll =
          axis.dst() == 1
              ? axis.kernel() - axis.begin() >= axis.src()
              : axis.kernel() == axis.stride()
                  && axis.begin() == 0
                  && axis.src() == axis.dst() * axis.stride();
      if (!takesAll) {
        return false;
      }
      taps *= axis.kernel();
    }
    return taps > 1 && convolution.weightsShape().elementCount() <= MOST_REORDERED_WEIGHTS;
  }

  /** Returns false where none of the taps along such an axis meets it: there is nothing to do. */
  private boolean leavesOutOnes() {
    for (int i = axes.size() - 1; i >= 0; i--) {
      Axis axis = axes.get(i);
      if (axis.src != 1 || axis.dst != 1) {
        continue;
      }
      long tap = axis.begin / axis.dilation;
      if (tap * axis.dilation != axis.begin || tap >= axis.kernel) {
        return false;
      }
      cut(i, tap, 1);
      axes.remove(i);
      changed = true;
    }
    return true;
  }

  /** Keeps some of the taps of an axis; the first of them is the new begin. */
  private void cut(int index, long first, long count) {
    Axis axis = axes.get(index);
    axes.set(index, axis.withTaps(count, axis.begin - first * axis.dilation));
    if (count == axis.kernel) {
      return;
    }
    int taps = (int) axis.kernel;
    int inner = taps(index + 1);
    int from = (int) first * inner;
    int length = (int) count * inner;
    onWeights.add(
        all -> {
          float[] some = new float[all.length / (taps * inner) * length];
          for (int i = 0; i * length < some.length; i++) {
            System.arraycopy(all, i * taps * inner + from, some, i * length, length);
          }
          return some;
        });
    changed = true;
  }

  /** The taps of all axes from one on. */
  private int taps(int from) {
    return (int) axes.stream().skip(from).mapToLong(Axis::kernel).reduce(1, (a, b) -> a * b);
  }

  /** Each tap of a transposed convolution from one pixel is an output, or none. */
  private void asProduct() {
    if (!transposed
        || original.groups() != 1
        || axes.isEmpty()
        || axes.stream().anyMatch(a -> a.src != 1 || a.begin + a.dst > a.kernel)
        || axes.stream().anyMatch(a -> a.kernel > 1 && a.dilation != 1)) {
      return;
    }
    boolean last = isRun(out, dstChannel, Axis::dst, Axis::dstStep, true);
    if (!last && !isRun(out, dstChannel, Axis::dst, Axis::dstStep, false)) {
      return;
    }
    for (int i = 0; i < axes.size(); i++) {
      Axis axis = axes.get(i);
      long first = axis.begin;
      cut(i, first, axis.dst);
    }
    int pixels = taps(0);
    int channels = (int) out;
    int inputs = (int) in;
    onWeights.add(
        w ->
            last
                ? turned(w, inputs, channels, pixels, 2, 1, 0)
                : turned(w, inputs, channels, pixels, 1, 2, 0));
    onBias.add(
        b -> {
          float[] each = new float[channels * pixels];
          for (int i = 0; i < each.length; i++) {
            each[i] = b[last ? i % channels : i / pixels];
          }
          return each;
        });
    transposed = false;
    out *= pixels;
    dstChannel = 1;
    axes.clear();
    changed = true;
  }

  /** Tells whether channels and axes are one run of elements, the channels last or first. */
  private boolean isRun(
      long channels,
      long channelStep,
      ToLongFunction<Axis> size,
      ToLongFunction<Axis> step,
      boolean last) {
    long run = last ? channels : 1;
    if (last && channels > 1 && channelStep != 1) {
      return false;
    }
    for (Axis axis : axes.reversed()) {
      if (size.applyAsLong(axis) > 1 && step.applyAsLong(axis) != run) {
        return false;
      }
      run *= size.applyAsLong(axis);
    }
    return last || channels == 1 || channelStep == run;
  }

  /** Without strides, output and source change places under the kernel turned round. */
  private void asConvolution() {
    if (!transposed || axes.stream().anyMatch(a -> a.stride != 1 || a.begin > a.span() - 1)) {
      return;
    }
    axes.replaceAll(a -> a.withTaps(a.kernel, a.span() - 1 - a.begin));
    int groups = (int) original.groups();
    int inPerGroup = (int) in / groups;
    int outPerGroup = (int) out / groups;
    int taps = taps(0);
    onWeights.add(
        w -> {
          float[] turned = new float[w.length];
          int at = 0;
          for (int o = 0; o < groups * outPerGroup; o++) {
            int group = o / outPerGroup * inPerGroup;
            for (int i = 0; i < inPerGroup; i++) {
              int from = ((group + i) * outPerGroup + o % outPerGroup) * taps;
              for (int t = taps - 1; t >= 0; t--) {
                turned[at++] = w[from + t];
              }
            }
          }
          return turned;
        });
    transposed = false;
    changed = true;
  }

  /** Where nothing but pixels is left then: windows side by side, and images of one pixel. */
  private void asPixels() {
    if (transposed) {
      return;
    }
    if (original.groups() == 1 && axes.stream().anyMatch(a -> a.kernel > 1)) {
      mergeWindows();
    }
    boolean pixels = (in == 1 || srcChannel == 1) && (out == 1 || dstChannel == 1) && images > 1;
    if (axes.isEmpty() && pixels) {
      axes.add(new Axis(images, images, 1, 1, 1, 0, srcImage, dstImage));
      images = 1;
      srcImage = axes.getFirst().src * axes.getFirst().srcStep;
      dstImage = axes.getFirst().dst * axes.getFirst().dstStep;
    }
  }

  private void mergeWindows() {
    for (int i = 0; i < axes.size(); i++) {
      Axis axis = axes.get(i);
      if (axis.dst == 1 && axis.dilation == 1 && axis.begin < axis.kernel) {
        long count = Math.min(axis.kernel - axis.begin, axis.src);
        if (axis.begin > 0 || count < axis.kernel) {
          cut(i, axis.begin, count); // the others lie beyond the edges
        }
      }
    }
    if (!axes.stream().allMatch(Axis::hasPatches)) {
      return;
    }
    boolean last = isRun(in, srcChannel, Axis::kernel, Axis::srcStep, true);
    boolean whole =
        axes.stream().allMatch(a -> a.dst == 1)
            && isRun(in, srcChannel, Axis::kernel, Axis::srcStep, false);
    if (!last && !whole) {
      return;
    }
    int taps = taps(0);
    int channels = (int) in;
    int outputs = (int) out;
    if (last) {
      onWeights.add(w -> turned(w, outputs, channels, taps, 0, 2, 1));
    }
    in *= taps;
    srcChannel = 1;
    List<Axis> merged = new ArrayList<>();
    for (Axis a : axes) {
      if (a.dst > 1) {
        merged.add(new Axis(a.dst, a.dst, 1, 1, 1, 0, a.srcStep * a.stride, a.dstStep));
      }
    }
    axes = merged;
    changed = true;
  }

  /**
   * Elements of a row that no tap joins are groups of their own, of the same weights, and so are
   * those of a row whose taps lie apart, each with the elements that it meets.
   *
   * @param mostOutputs of a group
   * @param lanes of vectors; whole ones are as good beside their neighbours
   */
  private void asGroups(long mostOutputs, int lanes) {
    if (transposed
        || groups == 1
        || out > in * mostOutputs
        || in != groups
        || in >= FEW_CHANNELS
        || srcChannel != 1
        || dstChannel != 1
        || axes.isEmpty()) {
      return;
    }
    Axis row = axes.getLast();
    boolean between = row.isPlain() && axes.size() > 1 && in % lanes > 0;
    long count = between ? row.src : row.dilation;
    boolean divides =
        between
            || (row.kernel > 1
                && row.stride == 1
                && row.src % count == 0
                && row.dst % count == 0
                && row.begin % count == 0);
    if (!divides
        || count * in < FEW_CHANNELS
        || count * in > MOST_GROUPS
        || count * original.weightsShape().elementCount() > MOST_REORDERED_WEIGHTS
        || row.srcStep != in
        || row.dstStep != out) {
      return;
    }
    axes.removeLast();
    if (!between) {
      axes.add(
          new Axis(
              row.src / count,
              row.dst / count,
              row.kernel,
              1,
              1,
              row.begin / count,
              row.srcStep * count,
              row.dstStep * count));
    }
    onWeights.add(w -> repeated(w, (int) count));
    onBias.add(b -> repeated(b, (int) count));
    groups *= count;
    in *= count;
    out *= count;
    changed = true;
  }

  /**
   * Whether the weights of a channel may stay in registers, in one row or, of 5x5 taps, by rows.
   */
  private boolean hasFewTaps() {
    int taps = taps(0);
    return taps <= FEW_TAPS
        || (taps == 25 && axes.stream().filter(axis -> axis.kernel == 5).count() == 2);
  }

  /** One row of many groups as rows of one pixel, which plans share between threads. */
  private void downwards() {
    if (groups > original.groups() && out == in && axes.size() == 1) {
      axes.add(Axis.ONE);
    }
  }

  private static float[] repeated(float[] from, int count) {
    float[] to = new float[from.length * count];
    for (int at = 0; at < to.length; at += from.length) {
      System.arraycopy(from, 0, to, at, from.length);
    }
    return to;
  }

  /** Elements of a short axis that no tap joins lie between the taps of the axis before. */
  private void mergeShortRows() {
    for (int i = axes.size() - 1; i > 0 && !transposed; i--) {
      Axis row = axes.get(i);
      Axis rows = axes.get(i - 1);
      boolean joins =
          row.isPlain()
              && row.src <= MOST_BETWEEN
              && rows.stride == 1
              && rows.srcStep == row.src * row.srcStep
              && rows.dstStep == row.src * row.dstStep;
      if (joins) {
        axes.set(
            i - 1,
            new Axis(
                rows.src * row.src,
                rows.dst * row.src,
                rows.kernel,
                1,
                rows.kernel == 1 ? 1 : rows.dilation * row.src,
                rows.begin * row.src,
                row.srcStep,
                row.dstStep));
        axes.remove(i);
        changed = true;
      }
    }
  }

  private void addAxes(int leastAxes) {
    int given = request.geometry().axes().size();
    int least = axes.isEmpty() ? Math.max(given, leastAxes) : leastAxes;
    changed |= given < least;
    while (axes.size() < least) {
      axes.addFirst(Axis.ONE);
    }
  }

  private static float[] turned(
      float[] from, int a, int b, int c, int first, int second, int third) {
    int[] sizes = {a, b, c};
    int[] steps = {b * c, c, 1};
    float[] to = new float[from.length];
    int at = 0;
    for (int i = 0; i < sizes[first]; i++) {
      for (int j = 0; j < sizes[second]; j++) {
        for (int k = 0; k < sizes[third]; k++) {
          to[at++] = from[i * steps[first] + j * steps[second] + k * steps[third]];
        }
      }
    }
    return to;
  }

  private @Nullable PrepareRequest build(Arena arena) {
    TensorSpec src = spec(in, images, srcImage, srcChannel, Axis::src, Axis::srcStep);
    TensorSpec dst = spec(out, images, dstImage, dstChannel, Axis::dst, Axis::dstStep);
    src = sameLayout(src, dst, in);
    dst = sameLayout(dst, src, out);
    boolean same =
        src.shape().equals(request.src().shape())
            && src.layout().equals(request.src().layout())
            && dst.layout().equals(request.dst().layout());
    if (same && transposed == original.isTransposed() && onWeights.isEmpty()) {
      return null;
    }
    if (!changed) {
      return new PrepareRequest(
          original, request.geometry(), src, dst, request.weights(), request.bias());
    }
    Convolution convolution = convolution();
    float[] weights = CopiedWeights.of(original, request.weights());
    for (UnaryOperator<float[]> each : onWeights) {
      weights = each.apply(weights);
    }
    Tensor bias = null;
    if (request.bias() != null) {
      float[] values = request.bias().toFloatArray();
      for (UnaryOperator<float[]> each : onBias) {
        values = each.apply(values);
      }
      bias = Tensor.ofFloats(TensorSpec.bias(values.length), values, arena);
    }
    Shape weightsShape = convolution.weightsShape();
    return PrepareRequest.of(
        convolution,
        src,
        dst,
        Tensor.ofFloats(TensorSpec.weights(weightsShape), weights, arena),
        bias);
  }

  private Convolution convolution() {
    Convolution.Builder builder =
        switch (axes.size()) {
          case 1 -> transposed ? Convolution.transposed1d(in, out) : Convolution.conv1d(in, out);
          case 2 -> transposed ? Convolution.transposed2d(in, out) : Convolution.conv2d(in, out);
          default -> transposed ? Convolution.transposed3d(in, out) : Convolution.conv3d(in, out);
        };
    return builder
        .groups(groups)
        .kernel(each(Axis::kernel))
        .stride(each(Axis::stride))
        .dilation(each(Axis::dilation))
        .padding(Padding.asymmetric(each(Axis::begin), each(a -> a.end(transposed))))
        .bias(original.hasBias())
        .postOps(original.postOps())
        .fpmathMode(original.fpmathMode())
        .build();
  }

  private long[] each(ToLongFunction<Axis> part) {
    return axes.stream().mapToLong(part).toArray();
  }

  private TensorSpec spec(
      long channels,
      long count,
      long imageStep,
      long channelStep,
      ToLongFunction<Axis> size,
      ToLongFunction<Axis> step) {
    int rank = axes.size() + 2;
    long[] dims = new long[rank];
    long[] strides = new long[rank];
    dims[0] = count;
    dims[1] = channels;
    strides[0] = imageStep;
    strides[1] = channels == 1 ? 1 : channelStep;
    for (int i = 0; i < axes.size(); i++) {
      dims[i + 2] = size.applyAsLong(axes.get(i));
      strides[i + 2] = step.applyAsLong(axes.get(i));
    }
    Shape shape = Shape.of(dims);
    TensorSpec last = TensorSpec.of(DataType.F32, Layout.channelsLast(rank), shape);
    if (isSame(dims, strides, last.strides())) {
      return last;
    }
    TensorSpec first = TensorSpec.of(DataType.F32, Layout.channelsFirst(rank), shape);
    return isSame(dims, strides, first.strides())
        ? first
        : TensorSpec.of(DataType.F32, Layout.strided(strides), shape);
  }

  /** Where a dimension has one index, its stride says nothing. */
  private static boolean isSame(long[] dims, long[] a, long[] b) {
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] > 1 && a[i] != b[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * One channel, or one pixel, lies the same in both dense layouts: named as the other tensor is.
   */
  private static TensorSpec sameLayout(TensorSpec spec, TensorSpec other, long channels) {
    Layout first = Layout.channelsFirst(spec.shape().rank());
    boolean either =
        spec.layout() instanceof Layout.Plain
            && (channels == 1
                || spec.shape().elementCount() == spec.shape().dim(0) * spec.shape().dim(1));
    return either && other.layout().equals(first) ? other.withShape(spec.shape()) : spec;
  }
}

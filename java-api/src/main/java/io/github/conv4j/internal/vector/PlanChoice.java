package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.depthwise.BandPlan;
import io.github.conv4j.internal.vector.depthwise.DepthwisePlan;
import io.github.conv4j.internal.vector.depthwise.RegionPlan;
import io.github.conv4j.internal.vector.lane.LanewisePlan;
import io.github.conv4j.internal.vector.plane.ChannelsFirstDepthwisePlan;
import io.github.conv4j.internal.vector.plane.ChannelsFirstPlan;
import io.github.conv4j.internal.vector.plane.PlaneKernels;
import io.github.conv4j.internal.vector.product.DirectPlan;
import io.github.conv4j.internal.vector.product.PointwisePlan;
import io.github.conv4j.internal.vector.reduction.ReductionPlan;
import io.github.conv4j.internal.vector.winograd.WinogradPlan;
import io.github.conv4j.internal.vector.winograd.WinogradTile;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Which plans a problem admits, by name, and the making of one. */
final class PlanChoice {
  static final String DIRECT = "direct";
  private static final String DEPTHWISE = "depthwise";
  private static final String DEPTHWISE_BANDS = "depthwise bands";
  private static final String DEPTHWISE_REGIONS = "depthwise regions";
  private static final String GROUP_BANDS = "group bands";
  private static final String LANEWISE = "lanewise";
  private static final String POINTWISE = "pointwise";
  private static final String REDUCTION = "reduction";
  private static final String PLANES = "planes";
  private static final String PLANES_DEPTHWISE = "planes depthwise";

  /** The plans whose kernels write long post-ops once, and not for each sum of a block. */
  private static final Set<String> APPLY_LONG =
      Set.of(
          DIRECT, POINTWISE, DEPTHWISE, DEPTHWISE_REGIONS, DEPTHWISE_BANDS, GROUP_BANDS, LANEWISE);

  /** The plans that apply post-ops where they store. */
  private static final Set<String> FUSING =
      Set.of(
          DIRECT,
          POINTWISE,
          DEPTHWISE,
          DEPTHWISE_REGIONS,
          DEPTHWISE_BANDS,
          GROUP_BANDS,
          LANEWISE,
          PLANES,
          PLANES_DEPTHWISE,
          WinogradTile.OUTPUTS_2X2.planName(),
          WinogradTile.OUTPUTS_4X4.planName());

  /** With fewer channels the transforms cost what the products save. */
  private static final long LEAST_CHANNELS = 16;

  /** Transformed weights beyond this many floats would not be worth their memory. */
  private static final long MOST_WEIGHTS = 1 << 26;

  /**
   * From this many transformed weights on, and with few tiles, reading them takes longer than the
   * products that the larger tile saves.
   */
  private static final long LARGE_WEIGHTS = 6L << 20;

  private static final long FEW_TILES = 8;

  /** Vectors of so few input channels take longer to sum up than to multiply. */
  private static final long FEW_TO_SUM = 32;

  /** With fewer taps the copies cost more than they save. */
  private static final long LEAST_TAPS_FOR_COPY = 9;

  /** Of groups, in all: the channels of a picture, which leave most lanes of a vector empty. */
  private static final long FEW_IN_GROUPS = 4;

  private PlanChoice() {}

  /**
   * Returns the names of the plans that may compute a problem, the default first.
   *
   * @param request a problem whose tensors have settled layouts and neighbouring channels
   * @param finite whether all weights are finite: else only plans that never multiply them with
   *     padding may run
   */
  static List<String> admitted(
      KernelSet kernels, Accuracy accuracy, PrepareRequest request, boolean finite) {
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    boolean depthwise = DepthwisePlan.serves(kernels.depthwise(), c, axes, request.src());
    boolean bands = BandPlan.serves(kernels.depthwise(), c, axes, request.src());
    boolean reduction = ReductionPlan.serves(kernels.reduction(), c);
    if (!finite) {
      return depthwise ? List.of(DEPTHWISE) : reduction ? List.of(REDUCTION) : List.of();
    }
    boolean lanewise = LanewisePlan.serves(kernels.lane(), c, axes);
    if (takesPixelsTogether(kernels, request)) {
      return List.of(DEPTHWISE_REGIONS, LANEWISE);
    }
    if (RegionPlan.serves(kernels.depthwise(), c, axes, request.src())
        && (!bands || RegionPlan.excels(kernels.depthwise(), axes, request.src()))) {
      return List.of(DEPTHWISE_REGIONS, bands ? DEPTHWISE_BANDS : DEPTHWISE);
    }
    if (bands && depthwise) {
      return lanewise ? List.of(DEPTHWISE_BANDS, LANEWISE) : List.of(DEPTHWISE_BANDS, DEPTHWISE);
    }
    if (bands) {
      return lanewise ? List.of(GROUP_BANDS, LANEWISE) : List.of(GROUP_BANDS, DIRECT);
    }
    if (lanewise && depthwise) {
      return kernels.isScalar() ? List.of(DEPTHWISE, LANEWISE) : List.of(LANEWISE, DEPTHWISE);
    }
    if (lanewise || depthwise) {
      return List.of(lanewise ? LANEWISE : DEPTHWISE);
    }
    List<String> names = new ArrayList<>();
    if (accuracy == Accuracy.RELAXED
        && !kernels.isScalar()
        && WinogradPlan.serves(kernels.lanes(), request)) {
      for (WinogradTile tile : WinogradTile.values()) {
        if (transformedWeights(tile, c) <= MOST_WEIGHTS) {
          names.add(tile.planName());
        }
      }
    }
    boolean pointwise =
        PointwisePlan.serves(kernels.product(), c, axes, request.src(), request.dst());
    if (pointwise) {
      names.add(POINTWISE);
    }
    names.add(pointwise || isWorthwhile(c) ? names.size() : 0, DIRECT);
    if (reduction) {
      boolean fewToSum = pointwise && c.inChannels() <= FEW_TO_SUM;
      boolean first = ReductionPlan.excels(kernels.reduction(), c) && !fewToSum;
      names.add(first ? 0 : names.size(), REDUCTION);
    }
    String larger = WinogradTile.OUTPUTS_4X4.planName();
    if (names.contains(larger) && !readsTooMuch(request)) {
      names.remove(larger);
      names.add(names.getFirst().equals(DIRECT) ? 1 : 0, larger);
    }
    return List.copyOf(names);
  }

  private static boolean takesPixelsTogether(KernelSet kernels, PrepareRequest request) {
    return RegionPlan.servesTogether(
        kernels.depthwise(),
        request.convolution(),
        request.geometry().axes(),
        request.src(),
        request.dst());
  }

  /**
   * Returns the names of the plans that may compute a problem on planes, the default first.
   *
   * @param request a problem whose layouts are settled, whose weights are finite
   */
  static List<String> admittedPlanes(KernelSet kernels, PrepareRequest request) {
    PlaneKernels planes = kernels.planes();
    TensorSpec src = asPlanes(request.src());
    TensorSpec dst = asPlanes(request.dst());
    if (planes == null || !ChannelsFirstPlan.serves(src, dst)) {
      return List.of();
    }
    boolean depthwise =
        ChannelsFirstDepthwisePlan.serves(
            planes, request.convolution(), request.geometry().axes(), src, dst);
    return depthwise ? List.of(PLANES_DEPTHWISE, PLANES) : List.of(PLANES);
  }

  /** Whether planes are pixels with neighbouring channels, too. */
  static boolean hasOneChannel(PrepareRequest request) {
    return request.convolution().inChannels() == 1 && request.convolution().outChannels() == 1;
  }

  /** One channel lies the same in both dense layouts. */
  private static TensorSpec asPlanes(TensorSpec spec) {
    return spec.shape().dim(1) == 1 && spec.layout() instanceof Layout.Plain
        ? spec.withLayout(Layout.channelsFirst(spec.shape().rank()))
        : spec;
  }

  /**
   * Whether a copy of dense channels-last tensors with neighbouring pixels costs less than vectors
   * of output channels that are mostly empty.
   */
  static boolean prefersPlanes(KernelSet kernels, PrepareRequest request) {
    Convolution c = request.convolution();
    boolean fewOutputs =
        c.groups() > 1
            ? c.outChannels() * 2 <= kernels.lanes()
                && (c.inChannels() <= FEW_IN_GROUPS
                    || (c.inChannels() * 2 <= kernels.lanes() && hasManyTaps(c)))
            : c.outChannels() * 4 <= kernels.lanes()
                && c.inChannels() >= LEAST_CHANNELS
                && hasManyTaps(c);
    if (!fewOutputs
        || takesPixelsTogether(kernels, request)
        || ReductionPlan.excels(kernels.reduction(), c)
        || isOnePixel(request.src())
        || isOnePixel(request.dst())
        || !(request.src().layout() instanceof Layout.Plain)
        || !(request.dst().layout() instanceof Layout.Plain)) {
      return false;
    }
    int rank = request.src().shape().rank();
    var planes =
        new PrepareRequest(
            c,
            request.geometry(),
            request.src().withLayout(Layout.channelsFirst(rank)),
            request.dst().withLayout(Layout.channelsFirst(rank)),
            request.weights(),
            request.bias());
    return !admittedPlanes(kernels, planes).isEmpty() && !prefersPixels(kernels, planes);
  }

  /** One pixel lies the same with its channels first or last: a copy would change nothing. */
  private static boolean isOnePixel(TensorSpec spec) {
    return spec.shape().elementCount() == spec.shape().dim(0) * spec.shape().dim(1);
  }

  /** Whether {@link #PLANES} is slower than a copy of the tensors with neighbouring channels. */
  static boolean prefersPixels(KernelSet kernels, PrepareRequest request) {
    List<String> names = admittedPlanes(kernels, request);
    PlaneKernels planes = kernels.planes();
    return planes != null
        && names.equals(List.of(PLANES))
        && (ChannelsFirstPlan.prefersPixels(planes, request, request.src(), request.dst())
            || (ReductionPlan.excels(kernels.reduction(), request.convolution())
                && hasShortRows(kernels, request)));
  }

  /** Whether vectors of pixels are mostly empty, or are put together from far and few. */
  private static boolean hasShortRows(KernelSet kernels, PrepareRequest request) {
    Geometry.Axis row = request.geometry().axes().getLast();
    return hasManyTaps(request.convolution())
        && row.dst() * (row.stride() > 1 ? 1 : 2) <= kernels.lanes();
  }

  private static boolean hasManyTaps(Convolution c) {
    Shape weights = c.weightsShape();
    return weights.elementCount() / weights.dim(0) / weights.dim(1) >= LEAST_TAPS_FOR_COPY;
  }

  /**
   * Whether a plan applies the post-ops of a request where it stores.
   *
   * @param name a plan's, or a composition's
   */
  static boolean fuses(String name, KernelSet kernels, PrepareRequest request) {
    return FUSING.contains(name)
        && !kernels.isScalar()
        && Epilogue.serves(request.convolution().postOps(), request.dst())
        && (APPLY_LONG.contains(name) || Epilogue.isShort(request.convolution().postOps().list()))
        && (!name.equals(PLANES)
            || ChannelsFirstPlan.fuses(
                planesOf(kernels), request, asPlanes(request.src()), asPlanes(request.dst())));
  }

  private static boolean isWorthwhile(Convolution c) {
    return c.inChannels() / c.groups() >= LEAST_CHANNELS
        && c.outChannels() / c.groups() >= LEAST_CHANNELS;
  }

  private static boolean readsTooMuch(PrepareRequest request) {
    WinogradTile tile = WinogradTile.OUTPUTS_4X4;
    long tiles = request.geometry().dst().dim(0);
    for (var axis : request.geometry().axes()) {
      tiles *= Math.ceilDiv(axis.dst(), tile.outputs());
    }
    return tiles < FEW_TILES && transformedWeights(tile, request.convolution()) > LARGE_WEIGHTS;
  }

  private static long transformedWeights(WinogradTile tile, Convolution c) {
    return tile.points() * (c.inChannels() / c.groups()) * c.outChannels();
  }

  /**
   * Makes a plan.
   *
   * @param name one of {@link #admitted}
   * @param leastParts how many parts the work should have if they stay worth their while
   */
  static Plan<?> plan(String name, KernelSet kernels, PrepareRequest request, int leastParts) {
    TensorSpec src = request.src();
    TensorSpec dst = request.dst();
    return switch (name) {
      case DEPTHWISE_BANDS, GROUP_BANDS ->
          new BandPlan(kernels.depthwise(), request, src, dst, leastParts);
      case DEPTHWISE_REGIONS -> new RegionPlan(kernels.depthwise(), request, src, dst, leastParts);
      case DEPTHWISE -> new DepthwisePlan(kernels.depthwise(), request, src, dst, leastParts);
      case LANEWISE -> new LanewisePlan(kernels.lane(), request, src, dst, leastParts);
      case REDUCTION ->
          new ReductionPlan(
              Objects.requireNonNull(kernels.reduction()), request, src, dst, leastParts);
      case POINTWISE -> new PointwisePlan(kernels.product(), request, src, leastParts);
      case DIRECT -> new DirectPlan(kernels.product(), request, src, dst, leastParts);
      case PLANES ->
          new ChannelsFirstPlan(
              planesOf(kernels), request, asPlanes(src), asPlanes(dst), leastParts);
      case PLANES_DEPTHWISE ->
          new ChannelsFirstDepthwisePlan(
              planesOf(kernels), request, asPlanes(src), asPlanes(dst), leastParts);
      default ->
          new WinogradPlan(
              WinogradTile.named(name), kernels.lanes(), request, src, dst, leastParts);
    };
  }

  private static PlaneKernels planesOf(KernelSet kernels) {
    return Objects.requireNonNull(kernels.planes());
  }
}

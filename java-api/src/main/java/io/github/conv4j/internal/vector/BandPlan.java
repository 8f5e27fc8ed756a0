package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Groups of up to sixteen channels with 3x3 taps, or 5x5 where each channel is a group: bands of
 * rows straight from memory, exact on integers. What lies beyond an edge is zero, so that weights
 * must be finite. Of an image that is narrow but high the columns are taken for rows.
 */
final class BandPlan implements Plan {
  /** Outputs of one part, at most: about what a core computes in a hundred microseconds. */
  private static final int PART_FLOATS = 1 << 20;

  private final Kernels kernels;
  private final Activation src;
  private final Activation dst;

  /** The axis that the outputs of a row lie along, and the one that the rows lie along. */
  private final AxisPhase along;

  private final AxisPhase down;
  private final int depth;
  private final boolean turned;
  private final int width;
  private final int height;
  private final float[] packed;
  private final float[] bias;
  private final int rowsPerPart;
  private final int partsPerImage;

  /** Whether this plan serves the problem; the tensors have neighbouring channels. */
  static boolean serves(Kernels kernels, Convolution c, List<Geometry.Axis> axes, TensorSpec src) {
    return kernels.takesBands()
        && axes.size() == 2
        && !c.isTransposed()
        && c.groups() > 1
        && c.inChannels() == c.outChannels()
        && c.inChannels() >= kernels.lanes()
        && c.padding().mode() == PaddingMode.ZEROS
        && Activation.of(src).isChannelsLast()
        && takesDepth(kernels, c, axes)
        && (takesBlocks(axes.getFirst(), axes.getLast())
            || takesBlocks(axes.getLast(), axes.getFirst())
            || (c.isDepthwise() && takesPixels(phase(axes.getFirst()), phase(axes.getLast()))));
  }

  /** Whether the image is small, so that pixels one by one cost less than copies of windows. */
  private static boolean takesPixels(AxisPhase down, AxisPhase along) {
    int taps = along.taps().length;
    return Math.max(down.count(), along.count()) < Band.LEAST_COUNT
        && down.tapStep() == 1
        && along.tapStep() == 1
        && taps == 3
        && down.taps().length == taps;
  }

  private static boolean takesDepth(Kernels kernels, Convolution c, List<Geometry.Axis> axes) {
    long depth = c.inChannels() / c.groups();
    return depth == 1
        || (depth <= kernels.lanes()
            && kernels.takesGroups((int) depth)
            && axes.getLast().kernel() == 3);
  }

  private static boolean takesBlocks(Geometry.Axis downAxis, Geometry.Axis alongAxis) {
    AxisPhase down = phase(downAxis);
    AxisPhase along = phase(alongAxis);
    return down.taps().length == along.taps().length
        && down.tapStep() == 1
        && Band.serves(
            along.taps().length,
            along.srcStep(),
            along.tapStep(),
            along.count(),
            before(along),
            after(along, alongAxis.src()));
  }

  private static AxisPhase phase(Geometry.Axis axis) {
    return AxisPhase.of(axis, false, PaddingMode.ZEROS).getFirst();
  }

  /** How many taps of the first output lie before the first source element. */
  private static int before(AxisPhase phase) {
    return phase.isEmpty() ? 0 : (int) Math.max(0, -phase.positions()[0]);
  }

  /** How many taps of the last output lie after the last source element. */
  private static int after(AxisPhase phase, long size) {
    return phase.isEmpty() ? 0 : beyond(phase, phase.count() - 1, size);
  }

  private static int beyond(AxisPhase phase, int output, long size) {
    long last = phase.positions()[phase.positions().length - 1];
    return (int) Math.max(0, output * phase.srcStep() + last - (size - 1));
  }

  BandPlan(
      Kernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    this.src = Activation.of(srcSpec);
    this.dst = Activation.of(dstSpec);
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    depth = Math.toIntExact(c.inChannels() / c.groups());
    turned =
        takesBlocks(axes.getLast(), axes.getFirst())
            && !takesBlocks(axes.getFirst(), axes.getLast());
    down = phase(turned ? axes.getLast() : axes.getFirst());
    along = phase(turned ? axes.getFirst() : axes.getLast());
    width = turned ? src.h() : src.w();
    height = turned ? src.w() : src.h();
    packed = packed(new WeightsView(CopiedWeights.of(c, request.weights()), c, axes));
    bias = PaddedBias.of(request, 1, src.c(), src.c() + kernels.lanes());
    int most = Math.clamp((long) down.count() * dst.n() / leastParts, 1, down.count());
    rowsPerPart = Math.clamp(PART_FLOATS / ((long) along.count() * src.c() * depth), 1, most);
    partsPerImage = Math.ceilDiv(down.count(), rowsPerPart);
  }

  private float[] packed(WeightsView weights) {
    AxisPhase none = AxisPhases.row(1).getFirst().d();
    AxisPhase h = turned ? along : down;
    AxisPhase w = turned ? down : along;
    int[] taps = weights.kernelTaps(none, h, w);
    int side = along.taps().length;
    float[] values = new float[side * depth * side * src.c()];
    int at = 0;
    for (int i = 0; i < side; i++) {
      for (int turn = 0; turn < depth; turn++) {
        for (int j = 0; j < side; j++) {
          int tap = taps[turned ? j * side + i : i * side + j];
          for (int c = 0; c < src.c(); c++) {
            values[at++] = weights.at(c / depth, (c + turn + 1) % depth, c % depth, tap);
          }
        }
      }
    }
    return values;
  }

  @Override
  public String name() {
    return depth == 1 ? "depthwise bands" : "group bands";
  }

  @Override
  public long weightsByteSize() {
    return (long) (packed.length + bias.length) * Float.BYTES;
  }

  @Override
  public Scratch newScratch() {
    return Scratch.forTiles(0, 0, 0);
  }

  @Override
  public int partCount() {
    return partsPerImage * dst.n();
  }

  @Override
  public void runPart(int part, Scratch scratch, MemorySegment from, MemorySegment to) {
    int n = part / partsPerImage;
    int row = part % partsPerImage * rowsPerPart;
    Band band = scratch.band;
    band.packed = packed;
    band.bias = bias;
    band.channelCount = src.c();
    band.depth = depth;
    band.taps = along.taps().length;
    band.stride = (int) along.srcStep();
    band.rowStride = (int) down.srcStep();
    band.tapStep = turned ? src.sh() : src.sw();
    band.srcRowStep = turned ? src.sw() : src.sh();
    band.dstStep = turned ? dst.sh() : dst.sw();
    band.dstRowStep = turned ? dst.sw() : dst.sh();
    band.rows = Math.min(rowsPerPart, down.count() - row);
    band.count = along.count();
    long firstRow = row * down.srcStep() + down.positions()[0];
    band.srcBegin = n * src.sn() + firstRow * band.srcRowStep + along.positions()[0] * band.tapStep;
    band.dstBegin = n * dst.sn() + row * band.dstRowStep;
    band.top = (int) Math.max(0, -firstRow);
    band.bottom = beyond(down, row + band.rows - 1, height);
    band.left = before(along);
    band.right = after(along, width);
    kernels.band(band, from, to);
  }
}

package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.WeightsView;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups of up to sixteen channels with 3x3 taps, or 5x5 where each channel is a group: bands of
 * rows straight from memory, exact on integers. What lies beyond an edge is zero, so that weights
 * must be finite. Of an image that is narrow but high the columns are taken for rows. Where taps
 * lie apart, outputs as far apart make bands of their own, whose taps are neighbours.
 */
public final class BandPlan implements Plan<BandScratch> {
  /** Outputs of one part, at most: about what a core computes in a hundred microseconds. */
  private static final int PART_FLOATS = 1 << 20;

  /** A larger image does not fit the caches of a core. */
  private static final long NEAR_FLOATS = 1 << 20;

  /** What {@link io.github.conv4j.internal.ready.CompilationCut} keeps of a depthwise layer. */
  private static final int ROWS_OF_PART = 3;

  private static final int MOST_CHANNELS_OF_PART = 64;

  private static final int FLOATS_OF_PART_ROW = 1 << 12;

  /** With more kinds of bands, finding their kernels would take longer than many calls. */
  private static final long MOST_PHASES = 1 << 10;

  private final DepthwiseKernels kernels;
  private final Epilogue epilogue;
  private final Activation src;
  private final Activation dst;

  /** The axis that the outputs of a row lie along, and the one that the rows lie along. */
  private final List<AxisPhase> along;

  private final List<AxisPhase> down;

  /** For the bands of each pair of them. */
  private final BandKernel[][] bandKernels;

  /** See {@link Band#readsAhead}. */
  final boolean readsAhead;

  private final int depth;
  private final boolean turned;
  private final int width;
  private final int height;
  private final float[] packed;
  private final float[] bias;
  private final int[] rowsPerPart;

  /** Of each phase of the rows, counted over all phases of an image. */
  private final int[] firstPart;

  /** Whether this plan serves the problem; the tensors have neighbouring channels. */
  public static boolean serves(
      DepthwiseKernels kernels, Convolution c, List<Geometry.Axis> axes, TensorSpec src) {
    return kernels.takesBands()
        && axes.size() == 2
        && !c.isTransposed()
        && c.groups() > 1
        && c.inChannels() == c.outChannels()
        && c.inChannels() >= kernels.lanes()
        && c.padding().mode() == PaddingMode.ZEROS
        && Activation.of(src).isChannelsLast()
        && windowBytes(axes, Activation.of(src)) <= Integer.MAX_VALUE
        && takesDepth(kernels, c, axes)
        && (takesBlocks(axes.getFirst(), axes.getLast())
            || takesBlocks(axes.getLast(), axes.getFirst())
            || (c.isDepthwise()
                && (takesPixels(phase(axes.getFirst()), phase(axes.getLast()))
                    || takesApart(axes.getFirst(), axes.getLast()))));
  }

  /** At least what lies between the first element that an output sees and the last, either way. */
  private static long windowBytes(List<Geometry.Axis> axes, Activation src) {
    long reach = 0;
    for (Geometry.Axis axis : axes) {
      reach = Math.max(reach, axis.kernel() * axis.dilation());
    }
    return reach * Math.max(src.sh(), src.sw()) * Float.BYTES;
  }

  /** Whether taps lie apart, and outputs as far apart are rows that blocks or pixels take. */
  private static boolean takesApart(Geometry.Axis downAxis, Geometry.Axis alongAxis) {
    long taps = alongAxis.kernel();
    return (taps == 3 || taps == 5)
        && downAxis.kernel() == taps
        && phaseCount(downAxis) * phaseCount(alongAxis) <= MOST_PHASES
        && downAxis.stride() == 1
        && alongAxis.stride() == 1
        && (downAxis.dilation() > 1 || alongAxis.dilation() > 1)
        && downAxis.dilation() <= downAxis.src() // else taps of an output may lie on both sides
        && phases(downAxis).stream()
            .allMatch(
                phase -> phase.taps().length == taps && eachMeetsSource(phase, downAxis.src()))
        && phases(alongAxis).stream()
            .allMatch(
                phase ->
                    phase.taps().length == taps
                        && ((taps > 3 && phase.count() < Band.LEAST_COUNT)
                            || (before(phase) <= taps / 2
                                && after(phase, alongAxis.src()) <= taps / 2)));
  }

  private static long phaseCount(Geometry.Axis axis) {
    return Math.min(axis.dilation(), axis.dst());
  }

  /** Outputs whose taps are neighbours among the source elements that any of them meets. */
  private static List<AxisPhase> phases(Geometry.Axis axis) {
    if (axis.dilation() == 1 || axis.stride() != 1 || axis.kernel() == 1) {
      return List.of(phase(axis));
    }
    List<AxisPhase> phases = new ArrayList<>();
    for (long first = 0; first < phaseCount(axis); first++) {
      long[] positions = new long[(int) axis.kernel()];
      int[] taps = new int[positions.length];
      for (int t = 0; t < taps.length; t++) {
        positions[t] = first - axis.begin() + t * axis.dilation();
        taps[t] = t;
      }
      int count = (int) Math.ceilDiv(axis.dst() - first, axis.dilation());
      phases.add(new AxisPhase(first, axis.dilation(), count, axis.dilation(), positions, taps));
    }
    return phases;
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

  private static boolean takesDepth(
      DepthwiseKernels kernels, Convolution c, List<Geometry.Axis> axes) {
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
        && along.tapStep() > 0
        && eachMeetsSource(down, downAxis.src())
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
    return phase.isEmpty()
        ? 0
        : (int) Math.max(0, Math.ceilDiv(-phase.positions()[0], phase.tapStep()));
  }

  /** How many taps of the last output lie after the last source element. */
  private static int after(AxisPhase phase, long size) {
    return phase.isEmpty() ? 0 : beyond(phase, phase.count() - 1, size);
  }

  /** Whether each output has a tap that lies in the source. */
  private static boolean eachMeetsSource(AxisPhase phase, long size) {
    return before(phase) < phase.taps().length && after(phase, size) < phase.taps().length;
  }

  private static int beyond(AxisPhase phase, int output, long size) {
    long last = phase.positions()[phase.positions().length - 1];
    long excess = output * phase.srcStep() + last - (size - 1);
    return (int) Math.max(0, Math.ceilDiv(excess, phase.tapStep()));
  }

  public BandPlan(
      DepthwiseKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    this.src = Activation.of(srcSpec);
    this.dst = Activation.of(dstSpec);
    epilogue = Epilogue.of(request, dstSpec, kernels.lanes());
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    depth = Math.toIntExact(c.inChannels() / c.groups());
    turned =
        takesBlocks(axes.getLast(), axes.getFirst())
            && !takesBlocks(axes.getFirst(), axes.getLast());
    boolean apart = c.isDepthwise() && takesApart(axes.getFirst(), axes.getLast());
    Geometry.Axis downAxis = turned ? axes.getLast() : axes.getFirst();
    Geometry.Axis alongAxis = turned ? axes.getFirst() : axes.getLast();
    down = apart ? phases(downAxis) : List.of(phase(downAxis));
    along = apart ? phases(alongAxis) : List.of(phase(alongAxis));
    width = turned ? src.h() : src.w();
    height = turned ? src.w() : src.h();
    readsAhead = isFar() || isLikePart();
    packed = packed(new WeightsView(CopiedWeights.of(c, request.weights()), c, axes));
    bias = PaddedBias.of(request, 1, src.c(), src.c() + kernels.lanes());
    bandKernels = new BandKernel[down.size()][along.size()];
    for (int i = 0; i < down.size(); i++) {
      for (int j = 0; j < along.size(); j++) {
        var kind = new Band();
        locate(0, down.get(i), 0, down.get(i).count(), along.get(j), kind);
        bandKernels[i][j] = kernels.band(kind, epilogue.forms());
      }
    }
    rowsPerPart = new int[down.size()];
    firstPart = new int[down.size() + 1];
    for (int i = 0; i < rowsPerPart.length; i++) {
      int rows = down.get(i).count();
      int most = Math.clamp((long) rows * down.size() * dst.n() / leastParts, 1, rows);
      rowsPerPart[i] = Math.clamp(PART_FLOATS / (alongAxis.dst() * src.c() * depth), 1, most);
      firstPart[i + 1] = firstPart[i] + Math.ceilDiv(rows, rowsPerPart[i]);
    }
  }

  private float[] packed(WeightsView weights) {
    AxisPhase none = AxisPhases.row(1).getFirst().d();
    AxisPhase h = (turned ? along : down).getFirst();
    AxisPhase w = (turned ? down : along).getFirst();
    int[] taps = weights.kernelTaps(none, h, w);
    int side = w.taps().length;
    int lanes = kernels.lanes();
    var values = new float[Math.ceilDiv(src.c(), lanes) * lanes * side * depth * side];
    int at = 0;
    for (int first = 0; first < src.c(); first += lanes) {
      int begin = Math.min(first, src.c() - lanes);
      for (int i = 0; i < side; i++) {
        for (int turn = 0; turn < depth; turn++) {
          for (int j = 0; j < side; j++) {
            int tap = taps[turned ? j * side + i : i * side + j];
            for (int c = begin; c < begin + lanes; c++) {
              values[at++] = weights.at(c / depth, (c + turn + 1) % depth, c % depth, tap);
            }
          }
        }
      }
    }
    return values;
  }

  private boolean isFar() {
    return (long) width * height * src.c() > NEAR_FLOATS;
  }

  /**
   * Whether this is no larger than parts that the JIT compiler is shown of depthwise layers with
   * blocks: they are read ahead too, so that this is compiled. The few real layers as small pay for
   * it.
   */
  private boolean isLikePart() {
    return down.getFirst().count() <= ROWS_OF_PART
        && along.getFirst().count() >= Band.LEAST_COUNT
        && (long) width * src.c() <= FLOATS_OF_PART_ROW
        && src.c() < MOST_CHANNELS_OF_PART;
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
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public BandScratch newScratch() {
    return new BandScratch(new EpilogueArguments(epilogue, kernels.lanes()));
  }

  @Override
  public int partCount() {
    return firstPart[down.size()] * dst.n();
  }

  @Override
  public void runPart(int part, BandScratch scratch, MemorySegment from, MemorySegment to) {
    int n = part / firstPart[down.size()];
    int index = part % firstPart[down.size()];
    int phase = 0;
    while (index >= firstPart[phase + 1]) {
      phase++;
    }
    int row = (index - firstPart[phase]) * rowsPerPart[phase];
    for (int i = 0; i < along.size(); i++) {
      locate(n, down.get(phase), row, rowsPerPart[phase], along.get(i), scratch.band);
      bandKernels[phase][i].run(scratch.band, from, to);
    }
  }

  private void locate(int n, AxisPhase rows, int row, int mostRows, AxisPhase columns, Band band) {
    long tapStep = columns.tapStep();
    long rowStep = rows.tapStep();
    band.packed = packed;
    band.bias = bias;
    band.channelCount = src.c();
    band.depth = depth;
    // The first of the outputs in between reads ahead for all.
    band.readsAhead = readsAhead && columns.output(0) == 0;
    band.taps = columns.taps().length;
    band.stride = (int) (columns.srcStep() / tapStep);
    band.rowStride = (int) (rows.srcStep() / rowStep);
    band.tapStep = tapStep * (turned ? src.sh() : src.sw());
    long srcRow = turned ? src.sw() : src.sh();
    band.srcRowStep = rowStep * srcRow;
    band.dstStep = columns.dstStep() * (turned ? dst.sh() : dst.sw());
    band.dstRowStep = rows.dstStep() * (turned ? dst.sw() : dst.sh());
    band.rows = Math.min(mostRows, rows.count() - row);
    band.count = columns.count();
    long firstRow = row * rows.srcStep() + rows.positions()[0];
    band.srcBegin =
        n * src.sn() + firstRow * srcRow + columns.positions()[0] * (turned ? src.sh() : src.sw());
    band.dstBegin =
        n * dst.sn()
            + rows.output(row) * (turned ? dst.sw() : dst.sh())
            + columns.output(0) * (turned ? dst.sh() : dst.sw());
    band.top = (int) Math.max(0, Math.ceilDiv(-firstRow, rowStep));
    band.bottom = beyond(rows, row + band.rows - 1, height);
    band.left = before(columns);
    band.right = after(columns, width);
  }
}

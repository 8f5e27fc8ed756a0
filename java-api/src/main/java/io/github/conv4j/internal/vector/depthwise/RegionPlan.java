package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
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
 * One kernel a channel, of few taps at any distance: outputs that meet the same taps are computed
 * together, straight from memory, exact on integers. Only taps that meet the source are multiplied.
 * Where channels are few a vector holds several pixels: what it computes of those that meet other
 * taps is written again.
 */
public final class RegionPlan implements Plan<RegionScratch> {
  /** Outputs of one part: about what a core computes in some tens of microseconds. */
  private static final int PART_FLOATS = 1 << 17;

  /** So many outputs, where there are, share what is read of the weights. */
  private static final int LEAST_OUTPUTS = 24;

  /** So many rows, where there are, of vectors of several pixels. */
  private static final int ROWS_TOGETHER = 8;

  /** So many rows, where there are, of one output each. */
  private static final int LEAST_ROWS = 64;

  /** With fewer outputs between which all taps lie, bands of them cost more than they save. */
  private static final long LEAST_BAND = 8;

  /** Lines of memory as far apart displace one another in the nearest cache. */
  private static final long CONFLICT_BYTES = 2048;

  private static final int LINE_BYTES = 64;

  /** With more kinds of outputs, finding their kernels would take longer than many calls. */
  private static final long MOST_PHASES = 1 << 10;

  private final DepthwiseKernels kernels;
  private final Epilogue epilogue;
  private final Activation src;
  private final Activation dst;

  /**
   * How many neighbouring pixels of a row make a vector; one where a pixel has vectors of its own.
   */
  private final int together;

  private final List<Phase> phases = new ArrayList<>();
  private final float[] bias;
  private final int[] firstPart;

  /** Outputs {@code begin} to {@code end - 1} of an axis, and the taps that they meet. */
  private record Run(int begin, int end, int firstTap, int taps) {
    int count() {
      return end - begin;
    }

    /** Whether outputs lie before those that meet all taps. */
    boolean isLeft() {
      return firstTap > 0;
    }

    /** Where the first tap of an output lies in the source; 0 if it meets none. */
    long position(AxisPhase axis, int output) {
      return taps == 0 ? 0 : output * axis.srcStep() + axis.positions()[firstTap];
    }
  }

  /**
   * What is computed alike but for the edges.
   *
   * @param kernels for the regions of each pair of rows and columns
   * @param packed weights as in {@link Region#packed}
   */
  private record Phase(
      AxisPhase depth,
      AxisPhase down,
      AxisPhase across,
      List<Run> rows,
      List<Run> columns,
      RegionKernel[][] kernels,
      float[] packed,
      int blockRows,
      int rowsPerPart) {
    int partsPerImage() {
      return Math.ceilDiv(down.count(), rowsPerPart);
    }
  }

  /** Whether this plan serves the problem; the tensors have neighbouring channels. */
  public static boolean serves(
      DepthwiseKernels kernels, Convolution c, List<Geometry.Axis> axes, TensorSpec src) {
    return takesAxes(axes, c.isTransposed())
        && c.groups() == c.inChannels()
        && c.groups() == c.outChannels()
        && kernels.takesChannels(Math.toIntExact(c.inChannels()))
        && c.padding().mode() == PaddingMode.ZEROS
        && Activation.of(src).isChannelsLast()
        && AxisPhases.of(axes, c.isTransposed(), PaddingMode.ZEROS).stream()
            .allMatch(phase -> takesTaps(kernels, phase));
  }

  /**
   * Whether taps are few, and evenly apart: of those that never meet the source some are missing.
   */
  private static boolean takesTaps(DepthwiseKernels kernels, AxisPhases.Combination phase) {
    return phase.h().tapStep() > 0
        && phase.w().tapStep() > 0
        && kernels.takesRegions(phase.h().taps().length * phase.w().taps().length);
  }

  /**
   * Whether this plan serves the problem with vectors of several pixels, whose channels are few;
   * the tensors have neighbouring channels.
   */
  public static boolean servesTogether(
      DepthwiseKernels kernels,
      Convolution c,
      List<Geometry.Axis> axes,
      TensorSpec src,
      TensorSpec dst) {
    long channels = c.inChannels();
    if (channels < 2
        || channels >= kernels.lanes()
        || kernels.lanes() % channels != 0
        || kernels.takesChannels((int) channels)
        || c.groups() != channels
        || c.outChannels() != channels
        || c.isTransposed()
        || axes.getLast().stride() != 1
        || !takesAxes(axes, false)
        || c.padding().mode() != PaddingMode.ZEROS
        || Activation.of(src).sw() != channels
        || Activation.of(dst).sw() != channels) {
      return false;
    }
    AxisPhases.Combination phase = AxisPhases.of(axes, false, PaddingMode.ZEROS).getFirst();
    int taps = phase.w().taps().length;
    long least = 2L * kernels.lanes() / channels;
    return takesTaps(kernels, phase)
        && runs(phase.w(), Activation.of(src).w()).stream()
            .anyMatch(run -> run.taps() == taps && run.count() >= least);
  }

  /** At most two axes have taps; of a third each element is an image of its own. */
  private static boolean takesAxes(List<Geometry.Axis> axes, boolean transposed) {
    if (axes.size() > 2) {
      Geometry.Axis depth = axes.getFirst();
      if (depth.kernel() != 1
          || depth.begin() != 0
          || (depth.dst() - 1) * depth.stride() >= depth.src()
          || (transposed && depth.stride() > 1)) {
        return false;
      }
    }
    long phases = 1;
    for (Geometry.Axis axis : axes) {
      phases *= transposed ? Math.min(axis.stride(), axis.dst()) : 1;
    }
    return phases <= MOST_PHASES;
  }

  /**
   * Whether this plan is faster than bands of outputs as far apart as the taps are.
   *
   * @param axes of a problem that both serve, two of them
   */
  public static boolean excels(DepthwiseKernels kernels, List<Geometry.Axis> axes, TensorSpec src) {
    long outputs = 1;
    long bands = 1;
    for (Geometry.Axis axis : axes) {
      outputs *= axis.dst();
      bands *= Math.min(axis.dilation(), axis.dst());
    }
    Geometry.Axis along = axes.getLast();
    long distance = along.dilation() * Activation.of(src).sw() * Float.BYTES;
    boolean conflicts =
        kernels.lanes() * Float.BYTES < LINE_BYTES
            && distance % CONFLICT_BYTES == 0
            && along.dilation() > 1
            && along.dst() >= Band.LEAST_COUNT * along.dilation();
    return bands > 1 && (outputs < LEAST_BAND * bands || conflicts);
  }

  public RegionPlan(
      DepthwiseKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    this.src = Activation.of(srcSpec);
    this.dst = Activation.of(dstSpec);
    together = kernels.takesChannels(src.c()) ? 1 : kernels.lanes() / src.c();
    epilogue = Epilogue.of(request, dstSpec, kernels.lanes());
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    bias = PaddedBias.of(request, 1, src.c(), src.c() + kernels.lanes());
    List<AxisPhases.Combination> all = AxisPhases.of(axes, c.isTransposed(), PaddingMode.ZEROS);
    for (AxisPhases.Combination phase : all) {
      phases.add(phase(phase, weights, Math.ceilDiv(leastParts, all.size())));
    }
    firstPart = new int[phases.size() + 1];
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      firstPart[i + 1] = firstPart[i] + phase.partsPerImage() * phase.depth().count() * dst.n();
    }
  }

  private Phase phase(AxisPhases.Combination phase, WeightsView weights, int leastParts) {
    List<Run> rows = runs(phase.h(), src.h());
    List<Run> columns = runs(phase.w(), src.w());
    if (together > 1) {
      columns = inOrder(columns, phase.w().taps().length);
    }
    PostOps postOps = epilogue.forms();
    var regionKernels = new RegionKernel[rows.size()][columns.size()];
    int widest = 1;
    for (int j = 0; j < columns.size(); j++) {
      widest = Math.max(widest, columns.get(j).count());
      for (int i = 0; i < rows.size(); i++) {
        int tapRows = rows.get(i).taps();
        int tapColumns = columns.get(j).taps();
        boolean meets = tapRows > 0 && tapColumns > 0;
        regionKernels[i][j] = kernels.region(meets ? tapRows : 0, meets ? tapColumns : 0, postOps);
      }
    }
    int height = phase.h().count();
    int most = Math.clamp((long) height * phase.d().count() * dst.n() / leastParts, 1, height);
    return new Phase(
        phase.d(),
        phase.h(),
        phase.w(),
        rows,
        columns,
        regionKernels,
        packed(weights, weights.kernelTaps(phase.d(), phase.h(), phase.w())),
        widest == 1 ? LEAST_ROWS : Math.max(leastRows(), Math.ceilDiv(LEAST_OUTPUTS, widest)),
        Math.clamp(PART_FLOATS / ((long) phase.w().count() * src.c()), 1, most));
  }

  /** Neighbouring outputs of an axis that meet the same taps. */
  private static List<Run> runs(AxisPhase axis, long size) {
    List<Run> runs = new ArrayList<>();
    int begin = 0;
    int first = 0;
    int taps = 0;
    for (int output = 0; output < axis.count(); output++) {
      int from = 0;
      int end = axis.taps().length;
      while (from < end && output * axis.srcStep() + axis.positions()[from] < 0) {
        from++;
      }
      while (end > from && output * axis.srcStep() + axis.positions()[end - 1] >= size) {
        end--;
      }
      if (output > begin && (from != first || end - from != taps)) {
        runs.add(new Run(begin, output, first, taps));
        begin = output;
      }
      first = from;
      taps = end - from;
    }
    runs.add(new Run(begin, axis.count(), first, taps));
    return runs;
  }

  private int leastRows() {
    return together > 1 ? ROWS_TOGETHER : 1;
  }

  /**
   * Outputs that are fewer than a vector has pixels are computed from the first of them on if they
   * lie left of those that meet all taps, up to the last of them if right. What is wrong of their
   * neighbours is computed later: outputs that meet all taps are two vectors at least, so that
   * neither side reaches beyond them.
   */
  private static List<Run> inOrder(List<Run> runs, int taps) {
    List<Run> left = runs.stream().filter(Run::isLeft).toList();
    List<Run> right = runs.stream().filter(run -> !run.isLeft() && run.taps() < taps).toList();
    List<Run> ordered = new ArrayList<>(left);
    ordered.addAll(right.reversed());
    runs.stream().filter(run -> run.taps() == taps).forEach(ordered::add);
    return ordered;
  }

  private float[] packed(WeightsView weights, int[] taps) {
    int lanes = kernels.lanes();
    int width = src.c() * together;
    var values = new float[Math.ceilDiv(width, lanes) * lanes * taps.length];
    int at = 0;
    for (int first = 0; first < width; first += lanes) {
      int begin = Math.min(first, width - lanes);
      for (int tap : taps) {
        for (int c = begin; c < begin + lanes; c++) {
          values[at++] = weights.at(c % src.c(), 0, 0, tap);
        }
      }
    }
    return values;
  }

  @Override
  public String name() {
    return "depthwise regions";
  }

  @Override
  public long weightsByteSize() {
    long floats = bias.length;
    for (Phase phase : phases) {
      floats += phase.packed().length;
    }
    return floats * Float.BYTES;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public RegionScratch newScratch() {
    return new RegionScratch(new EpilogueArguments(epilogue, kernels.lanes()));
  }

  @Override
  public int partCount() {
    return firstPart[phases.size()];
  }

  @Override
  public void runPart(int part, RegionScratch scratch, MemorySegment from, MemorySegment to) {
    int index = 0;
    while (part >= firstPart[index + 1]) {
      index++;
    }
    Phase phase = phases.get(index);
    int image = (part - firstPart[index]) / phase.partsPerImage();
    int begin = (part - firstPart[index]) % phase.partsPerImage() * phase.rowsPerPart();
    int end = Math.min(begin + phase.rowsPerPart(), phase.down().count());
    for (int i = 0; i < phase.rows().size(); i++) {
      Run rows = phase.rows().get(i);
      int last = Math.min(end, rows.end());
      for (int row = Math.max(begin, rows.begin()); row < last; row += phase.blockRows()) {
        int count = Math.min(phase.blockRows(), last - row);
        for (int j = 0; j < phase.columns().size(); j++) {
          Run columns = phase.columns().get(j);
          RegionKernel kernel = phase.kernels()[i][j];
          int vectors = columns.count() / together;
          if (vectors > 0) {
            locate(image, phase, rows, row, count, columns, columns.begin(), vectors, scratch);
            kernel.run(scratch.region, from, to);
          }
          if (vectors * together < columns.count()) {
            boolean isEarly = vectors > 0 || !columns.isLeft();
            int first = isEarly ? columns.end() - together : columns.begin();
            locate(image, phase, rows, row, count, columns, first, 1, scratch);
            kernel.run(scratch.region, from, to);
          }
        }
      }
    }
  }

  /** Writes down some vectors of outputs of each of some rows. */
  private void locate(
      int image,
      Phase phase,
      Run rows,
      int row,
      int rowCount,
      Run columns,
      int firstColumn,
      int vectors,
      RegionScratch scratch) {
    Region region = scratch.region;
    AxisPhase down = phase.down();
    AxisPhase across = phase.across();
    int rowTaps = across.taps().length;
    int n = image / phase.depth().count();
    int depth = image % phase.depth().count();
    region.packed = phase.packed();
    region.bias = bias;
    region.channelCount = src.c() * together;
    region.allTaps = down.taps().length * rowTaps;
    region.rowTaps = rowTaps;
    region.firstTap = rows.firstTap() * rowTaps + columns.firstTap();
    region.srcBegin =
        n * src.sn()
            + depth * phase.depth().srcStep() * src.sd()
            + rows.position(down, row) * src.sh()
            + columns.position(across, firstColumn) * src.sw();
    region.srcRowStep = down.srcStep() * src.sh();
    region.tapRowStep = down.tapStep() * src.sh();
    region.pixelStep = across.srcStep() * src.sw() * together;
    region.tapStep = across.tapStep() * src.sw();
    region.dstBegin =
        n * dst.sn()
            + phase.depth().output(depth) * dst.sd()
            + down.output(row) * dst.sh()
            + across.output(firstColumn) * dst.sw();
    region.dstRowStep = down.dstStep() * dst.sh();
    region.dstStep = across.dstStep() * dst.sw() * together;
    region.rows = rowCount;
    region.count = vectors;
    if (region.count == 1) {
      region.turn();
    }
  }
}

package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.BiasOnly;
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
 * One kernel a channel: rows of outputs straight from memory, exact on integers. Outputs near the
 * left and right edge are computed one by one. Only taps that meet the source are multiplied.
 */
public final class DepthwisePlan implements Plan<DepthwiseScratch> {
  /** Outputs of one part: about what a core computes in some tens of microseconds. */
  private static final int PART_FLOATS = 1 << 17;

  private final DepthwiseKernels kernels;
  private final Epilogue epilogue;
  private final int leastParts;
  private final Activation src;
  private final Activation dst;
  private final List<Rows> phaseRows = new ArrayList<>();
  private final List<BiasOnly> biasOnly = new ArrayList<>();
  private final float[] bias;
  private final int[] firstPart;

  /** The rows of one phase, with weights in the order of its taps. */
  private static final class Rows {
    final AxisPhase d;
    final AxisPhase h;
    final AxisPhase w;
    final float[] packed;
    final DepthwiseRowKernel kernel;

    /** The first output of a row whose taps all meet the source, and the one after the last. */
    final int innerBegin;

    final int innerEnd;

    Rows(AxisPhases.Combination phases, float[] packed, DepthwiseRowKernel kernel, int width) {
      this.d = phases.d();
      this.h = phases.h();
      this.w = phases.w();
      this.packed = packed;
      this.kernel = kernel;
      long first = Math.ceilDiv(-w.positions()[0], w.srcStep());
      long last = Math.floorDiv(width - 1 - w.positions()[w.positions().length - 1], w.srcStep());
      innerBegin = Math.clamp(first, 0, w.count());
      innerEnd = Math.clamp(last + 1, innerBegin, w.count());
    }

    int rowCount() {
      return d.count() * h.count();
    }
  }

  /** Whether this plan serves the problem; the tensors have neighbouring channels. */
  public static boolean serves(
      DepthwiseKernels kernels, Convolution c, List<Geometry.Axis> axes, TensorSpec src) {
    return c.groups() == c.inChannels()
        && c.groups() == c.outChannels()
        && c.padding().mode() == PaddingMode.ZEROS
        && kernels.takesChannels(Math.toIntExact(c.inChannels()))
        && Activation.of(src).isChannelsLast()
        && evenTaps(c, axes);
  }

  private static boolean evenTaps(Convolution c, List<Geometry.Axis> axes) {
    return AxisPhase.of(axes.getLast(), c.isTransposed(), PaddingMode.ZEROS).stream()
        .allMatch(phase -> phase.tapStep() > 0);
  }

  public DepthwisePlan(
      DepthwiseKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    this.leastParts = leastParts;
    this.src = Activation.of(srcSpec);
    this.dst = Activation.of(dstSpec);
    epilogue = Epilogue.of(request, dstSpec, kernels.lanes());
    Convolution c = request.convolution();
    var axes = request.geometry().axes();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    this.bias = PaddedBias.of(request, 1, src.c(), src.c() + kernels.lanes());
    for (AxisPhases.Combination phases : AxisPhases.of(axes, c.isTransposed(), PaddingMode.ZEROS)) {
      if (phases.isEmpty()) {
        biasOnly.add(new BiasOnly(phases, dst));
      } else {
        DepthwiseRowKernel kernel = kernels.row(epilogue.forms());
        phaseRows.add(new Rows(phases, packed(weights, phases), kernel, src.w()));
      }
    }
    firstPart = new int[phaseRows.size() + 1];
    for (int i = 0; i < phaseRows.size(); i++) {
      firstPart[i + 1] = firstPart[i] + parts(phaseRows.get(i));
    }
  }

  private float[] packed(WeightsView weights, AxisPhases.Combination phases) {
    int[] taps = weights.kernelTaps(phases.d(), phases.h(), phases.w());
    float[] packed = new float[taps.length * src.c()];
    for (int t = 0; t < taps.length; t++) {
      for (int c = 0; c < src.c(); c++) {
        packed[t * src.c() + c] = weights.at(c, 0, 0, taps[t]);
      }
    }
    return packed;
  }

  @Override
  public String name() {
    return "depthwise";
  }

  @Override
  public long weightsByteSize() {
    long floats = bias.length;
    for (Rows rows : phaseRows) {
      floats += rows.packed.length;
    }
    return floats * Float.BYTES;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public DepthwiseScratch newScratch() {
    int mostRows = 0;
    int mostPixels = 0;
    for (Rows rows : phaseRows) {
      mostRows = Math.max(mostRows, rows.d.taps().length * rows.h.taps().length);
      mostPixels = Math.max(mostPixels, rows.w.count());
    }
    return new DepthwiseScratch(
        new EpilogueArguments(epilogue, kernels.lanes()),
        mostRows,
        src.c(),
        kernels.depthwiseWork(mostPixels, src.c()));
  }

  /** Parts of a few rows each, so that each is worth a thread's while. */
  private int parts(Rows rows) {
    return Math.ceilDiv(rows.rowCount() * dst.n(), rowsPerPart(rows));
  }

  private int rowsPerPart(Rows rows) {
    long rowFloats = (long) rows.w.count() * src.c();
    int most = Math.clamp(rows.rowCount() * dst.n() / leastParts, 1, rows.rowCount());
    return Math.clamp(PART_FLOATS / rowFloats, 1, most);
  }

  @Override
  public int partCount() {
    return firstPart[phaseRows.size()] + (biasOnly.isEmpty() ? 0 : 1);
  }

  @Override
  public void runPart(int part, DepthwiseScratch scratch, MemorySegment from, MemorySegment to) {
    if (part == firstPart[phaseRows.size()]) {
      for (int i = 0; i < biasOnly.size(); i++) {
        biasOnly.get(i).run(bias, 1, 1, scratch.epilogue(), to);
      }
      return;
    }
    int f = 0;
    while (part >= firstPart[f + 1]) {
      f++;
    }
    Rows rows = phaseRows.get(f);
    int begin = (part - firstPart[f]) * rowsPerPart(rows);
    int end = Math.min(begin + rowsPerPart(rows), rows.rowCount() * dst.n());
    for (int row = begin; row < end; row++) {
      int n = row / rows.rowCount();
      int depth = row % rows.rowCount() / rows.h.count();
      int height = row % rows.h.count();
      runRow(rows, n, depth, height, scratch, from, to);
    }
  }

  private void runRow(
      Rows rows,
      int n,
      int depth,
      int height,
      DepthwiseScratch scratch,
      MemorySegment from,
      MemorySegment to) {
    DepthwiseRow row = scratch.row;
    row.packed = rows.packed;
    row.bias = bias;
    meet(rows, n, depth, height, row);
    row.tapStep = rows.w.tapStep() * src.sw();
    row.pixelStep = rows.w.srcStep() * src.sw();
    row.dstStep = rows.w.dstStep() * dst.sw();
    long dstRow = n * dst.sn() + rows.d.output(depth) * dst.sd() + rows.h.output(height) * dst.sh();
    for (int w = 0; w < rows.innerBegin; w++) {
      runEdge(rows, w, row, dstRow, from, to);
    }
    if (rows.innerEnd > rows.innerBegin) {
      row.tapFrom = 0;
      row.tapCount = rows.w.taps().length;
      row.count = rows.innerEnd - rows.innerBegin;
      runPixels(rows, rows.innerBegin, row, dstRow, from, to);
    }
    for (int w = rows.innerEnd; w < rows.w.count(); w++) {
      runEdge(rows, w, row, dstRow, from, to);
    }
  }

  /** Lists the source rows that the row of outputs meets. */
  private void meet(Rows rows, int n, int depth, int height, DepthwiseRow row) {
    row.rowCount = 0;
    long tapsAcross = rows.w.taps().length;
    for (int i = 0; i < rows.d.taps().length; i++) {
      long d = depth * rows.d.srcStep() + rows.d.positions()[i];
      for (int j = 0; j < rows.h.taps().length; j++) {
        long h = height * rows.h.srcStep() + rows.h.positions()[j];
        if (d >= 0 && d < src.d() && h >= 0 && h < src.h()) {
          row.rows[row.rowCount] = n * src.sn() + d * src.sd() + h * src.sh();
          row.rowTaps[row.rowCount++] = (int) ((i * rows.h.taps().length + j) * tapsAcross);
        }
      }
    }
  }

  /** One output near an edge: only the taps that meet the source. */
  private void runEdge(
      Rows rows, int w, DepthwiseRow row, long dstRow, MemorySegment from, MemorySegment to) {
    int tap = 0;
    int end = rows.w.taps().length;
    while (tap < end && w * rows.w.srcStep() + rows.w.positions()[tap] < 0) {
      tap++;
    }
    while (end > tap && w * rows.w.srcStep() + rows.w.positions()[end - 1] >= src.w()) {
      end--;
    }
    row.tapFrom = tap;
    row.tapCount = end - tap;
    row.count = 1;
    runPixels(rows, w, row, dstRow, from, to);
  }

  private void runPixels(
      Rows rows, int w, DepthwiseRow row, long dstRow, MemorySegment from, MemorySegment to) {
    long position = w * rows.w.srcStep();
    if (row.tapCount > 0) {
      position += rows.w.positions()[row.tapFrom];
    }
    row.first = position * src.sw();
    row.dstOffset = dstRow + rows.w.output(w) * dst.sw();
    rows.kernel.run(row, from, to);
  }
}

package io.github.conv4j.internal.vector.reduction;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.AxisPhase;
import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.BiasOnly;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.WeightsView;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many input channels to few output channels, straight from memory, exact on integers: lanes are
 * input channels. Only taps that meet the source are multiplied. Outputs of a row that meet it with
 * all taps across are computed side by side; near the left and right edge, and in narrow images,
 * outputs below each other are, where the same taps meet the source.
 */
public final class ReductionPlan implements Plan<ReductionScratch> {
  /** Sums of a run, whose vectors stay in a first-level cache with what they are computed from. */
  private static final int RUN_SUMS = 128;

  /** With more, vectors of output channels are full enough. */
  private static final int MOST_OUT = 2 * ReductionRun.MOST_OUT;

  /** Fewer pixels a part would cost more at the edges of parts than another thread gives. */
  private static final int LEAST_PART_PIXELS = 128;

  private final ReductionKernels kernels;
  private final Activation src;
  private final Activation dst;
  private final AxisPhases.Combination phases;
  private final List<Block> blocks = new ArrayList<>();
  private final int in;
  private final int mostOut;

  /** Fewer pixels do not fill the blocks of the kernels. */
  private final int leastPixels;

  private final float[] plainBias;

  /** Where no tap ever meets the source; else null. */
  private final @Nullable BiasOnly biasOnly;

  /** The first output of a row that all taps across meet, and the one after the last. */
  private final int innerBegin;

  private final int innerEnd;

  /** The same for rows of an image. */
  private final int innerTop;

  private final int innerBottom;

  /** Whether three neighbouring taps are a step. */
  private final boolean wide;

  private final int rows;
  private final int rowsPerPart;
  private final int columnsPerPart;
  private final int columnParts;

  /** Some output channels with their weights. */
  private record Block(int first, int out, ReductionKernel kernel, float[] packed, float[] bias) {}

  /** Whether this plan serves the problem; the tensors have neighbouring channels. */
  public static boolean serves(@Nullable ReductionKernels kernels, Convolution c) {
    return kernels != null
        && !c.isTransposed()
        && c.groups() == 1
        && c.padding().mode() == PaddingMode.ZEROS
        && c.inChannels() >= kernels.lanes()
        && c.outChannels() <= MOST_OUT;
  }

  /** Whether this plan was measured to be faster than all others that serve the problem. */
  public static boolean excels(@Nullable ReductionKernels kernels, Convolution c) {
    return serves(kernels, c) && c.outChannels() <= ReductionRun.MOST_OUT;
  }

  public ReductionPlan(
      ReductionKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    boolean pointwise = isPointwise(axes, srcSpec, dstSpec);
    this.src = pointwise ? Activation.of(srcSpec).flattened() : Activation.of(srcSpec);
    this.dst = pointwise ? Activation.of(dstSpec).flattened() : Activation.of(dstSpec);
    this.phases =
        pointwise
            ? AxisPhases.row(dst.w()).getFirst()
            : AxisPhases.of(axes, false, PaddingMode.ZEROS).getFirst();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    in = src.c();
    plainBias = PaddedBias.of(request, 1, dst.c(), dst.c());
    biasOnly = phases.isEmpty() ? new BiasOnly(phases, dst) : null;
    int blockCount = Math.ceilDiv(dst.c(), ReductionRun.MOST_OUT);
    mostOut = Math.ceilDiv(dst.c(), blockCount);
    leastPixels = ReductionRun.blockPixels(dst.c() / blockCount);
    for (int b = 0; b < blockCount; b++) {
      int first = dst.c() * b / blockCount;
      int out = dst.c() * (b + 1) / blockCount - first;
      blocks.add(
          new Block(
              first, out, kernels.kernel(out), packed(weights, first, out), bias(first, out)));
    }
    AxisPhase h = phases.h();
    AxisPhase w = phases.w();
    innerBegin = phases.isEmpty() ? 0 : firstInner(w);
    innerEnd = phases.isEmpty() ? 0 : endInner(w, innerBegin, src.w());
    innerTop = phases.isEmpty() ? 0 : firstInner(h);
    innerBottom = phases.isEmpty() ? 0 : endInner(h, innerTop, src.h());
    wide = w.taps().length % ReductionRun.WIDE == 0 && w.tapStep() == w.srcStep();
    rows = dst.n() * dst.d() * dst.h();
    long pixels = (long) rows * dst.w();
    long partPixels = Math.max(LEAST_PART_PIXELS, Math.ceilDiv(pixels, leastParts));
    rowsPerPart = Math.clamp(Math.ceilDiv(partPixels, dst.w()), 1, rows);
    columnsPerPart = (int) Math.min(partPixels, dst.w());
    columnParts = Math.ceilDiv(dst.w(), columnsPerPart);
  }

  private static boolean isPointwise(List<Geometry.Axis> axes, TensorSpec src, TensorSpec dst) {
    return Activation.isDenseChannelsLast(src)
        && Activation.isDenseChannelsLast(dst)
        && AxisPhases.isPointwise(axes);
  }

  private static int firstInner(AxisPhase axis) {
    return Math.clamp(Math.ceilDiv(-axis.positions()[0], axis.srcStep()), 0, axis.count());
  }

  private static int endInner(AxisPhase axis, int begin, int size) {
    long room = size - 1 - axis.positions()[axis.positions().length - 1];
    return Math.clamp(Math.floorDiv(room, axis.srcStep()) + 1, begin, axis.count());
  }

  private float[] packed(WeightsView weights, int first, int out) {
    int lanes = kernels.lanes();
    int vectors = Math.ceilDiv(in, lanes);
    int[] taps = weights.kernelTaps(phases.d(), phases.h(), phases.w());
    var packed = new float[Math.multiplyExact(taps.length, vectors * out * lanes)];
    int at = 0;
    for (int tap : taps) {
      for (int v = 0; v < vectors; v++) {
        int begin = Math.min(v * lanes, in - lanes);
        for (int o = 0; o < out; o++) {
          for (int lane = 0; lane < lanes; lane++) {
            float weight = weights.at(0, first + o, begin + lane, tap);
            packed[at++] = share(weight, begin + lane, v, vectors);
          }
        }
      }
    }
    return packed;
  }

  /**
   * What a vector takes of a weight. The last two vectors overlap, and share the weights there half
   * and half: no weight for one of them would make infinite source values not numbers.
   */
  private float share(float weight, int channel, int vector, int vectors) {
    int lanes = kernels.lanes();
    boolean shared = channel >= in - lanes && channel < (vectors - 1) * lanes;
    if (!shared || Float.isInfinite(weight)) {
      return weight;
    }
    float half = weight * 0.5f;
    return vector == vectors - 1 ? half : weight - half;
  }

  private float[] bias(int first, int out) {
    var lanes = new float[out * kernels.lanes()];
    for (int o = 0; o < out; o++) {
      lanes[o * kernels.lanes()] = plainBias[first + o];
    }
    return lanes;
  }

  @Override
  public String name() {
    return "reduction";
  }

  @Override
  public long weightsByteSize() {
    long floats = plainBias.length;
    for (Block block : blocks) {
      floats += block.packed.length + block.bias.length;
    }
    return floats * Float.BYTES;
  }

  @Override
  public ReductionScratch newScratch() {
    int lanes = kernels.lanes();
    int taps = phases.d().taps().length * phases.h().taps().length * phases.w().taps().length;
    int sums = (RUN_SUMS + ReductionRun.SUMS) * lanes;
    return new ReductionScratch(sums, RUN_SUMS + lanes, taps);
  }

  @Override
  public int partCount() {
    return phases.isEmpty() ? 1 : Math.ceilDiv(rows, rowsPerPart) * columnParts;
  }

  @Override
  public void runPart(int part, ReductionScratch scratch, MemorySegment from, MemorySegment to) {
    if (biasOnly != null) {
      biasOnly.run(plainBias, dst.c(), dst.c(), scratch.epilogue(), to);
      return;
    }
    int column = part % columnParts * columnsPerPart;
    int columnEnd = Math.min(column + columnsPerPart, dst.w());
    int row = part / columnParts * rowsPerPart;
    int end = Math.min(row + rowsPerPart, rows);
    while (row < end) {
      int h = row % dst.h();
      boolean inner = h >= innerTop && h < innerBottom;
      int band = inner ? Math.min(end - row, innerBottom - h) : 1;
      runBand(row, band, column, columnEnd, scratch, from, to);
      row += band;
    }
  }

  /** Computes rows that the same taps meet. */
  private void runBand(
      int row,
      int band,
      int column,
      int columnEnd,
      ReductionScratch scratch,
      MemorySegment from,
      MemorySegment to) {
    int begin = Math.clamp(innerBegin, column, columnEnd);
    int end = Math.clamp(innerEnd, begin, columnEnd);
    if (end - begin < leastPixels && band >= leastPixels) {
      end = begin;
    }
    for (int w = column; w < begin; w++) {
      runColumn(row, band, w, scratch, from, to);
    }
    if (end > begin) {
      runRows(row, band, begin, end, scratch, from, to);
    }
    for (int w = end; w < columnEnd; w++) {
      runColumn(row, band, w, scratch, from, to);
    }
  }

  private void runRows(
      int row,
      int band,
      int begin,
      int end,
      ReductionScratch scratch,
      MemorySegment from,
      MemorySegment to) {
    ReductionRun run = scratch.run;
    run.wide = wide && end - begin >= leastPixels;
    meet(row, 0, phases.w().taps().length, run);
    run.pixelStep = phases.w().srcStep() * src.sw() * Float.BYTES;
    run.dstStep = dst.sw();
    for (int r = row; r < row + band; r++) {
      runPixels(r, begin, end - begin, scratch, from, to);
    }
  }

  /** Outputs below each other. */
  private void runColumn(
      int row, int band, int w, ReductionScratch scratch, MemorySegment from, MemorySegment to) {
    long[] positions = phases.w().positions();
    long position = w * phases.w().srcStep();
    int tap = 0;
    int tapEnd = positions.length;
    while (tap < tapEnd && position + positions[tap] < 0) {
      tap++;
    }
    while (tapEnd > tap && position + positions[tapEnd - 1] >= src.w()) {
      tapEnd--;
    }
    ReductionRun run = scratch.run;
    run.wide = false;
    meet(row, tap, tapEnd, run);
    run.pixelStep = phases.h().srcStep() * src.sh() * Float.BYTES;
    run.dstStep = dst.sh();
    runPixels(row, w, band, scratch, from, to);
  }

  /** Computes neighbouring outputs, beginning with one, for all blocks of channels. */
  private void runPixels(
      int row, int w, int count, ReductionScratch scratch, MemorySegment from, MemorySegment to) {
    ReductionRun run = scratch.run;
    int h = row % dst.h();
    int d = row / dst.h() % dst.d();
    int n = row / dst.h() / dst.d();
    long srcBegin =
        n * src.sn()
            + d * phases.d().srcStep() * src.sd()
            + h * phases.h().srcStep() * src.sh()
            + w * phases.w().srcStep() * src.sw();
    long dstBegin = n * dst.sn() + d * dst.sd() + h * dst.sh() + w * dst.sw();
    int most = RUN_SUMS / mostOut;
    for (int p = 0; p < count; p += most) {
      // The last run begins early rather than be too short for a block of pixels.
      int first = Math.max(0, Math.min(p, count - leastPixels));
      run.pixels = Math.min(most, count - first);
      run.srcBegin = srcBegin * Float.BYTES + first * run.pixelStep;
      for (int b = 0; b < blocks.size(); b++) {
        Block block = blocks.get(b);
        run.out = block.out;
        run.packed = block.packed;
        run.bias = block.bias;
        run.vectorFloats = block.out * kernels.lanes();
        run.tapFloats = Math.ceilDiv(in, kernels.lanes()) * run.vectorFloats;
        run.lastVector = (long) (in - kernels.lanes()) * Float.BYTES;
        run.dstBegin = dstBegin + first * run.dstStep + block.first;
        block.kernel.run(run, from, to, scratch.sums, scratch.results);
      }
    }
  }

  /** Lists the steps that the outputs of a row meet, with these taps across. */
  private void meet(int row, int tap, int tapEnd, ReductionRun run) {
    int h = row % dst.h();
    int d = row / dst.h() % dst.d();
    long[] depths = phases.d().positions();
    long[] heights = phases.h().positions();
    long[] widths = phases.w().positions();
    int step = run.wide ? ReductionRun.WIDE : 1;
    run.stepCount = 0;
    for (int i = 0; i < depths.length; i++) {
      long depth = d * phases.d().srcStep() + depths[i];
      for (int j = 0; j < heights.length; j++) {
        long height = h * phases.h().srcStep() + heights[j];
        if (depth < 0 || depth >= src.d() || height < 0 || height >= src.h()) {
          continue;
        }
        for (int k = tap; k < tapEnd; k += step) {
          long at = depths[i] * src.sd() + heights[j] * src.sh() + widths[k] * src.sw();
          run.steps[run.stepCount] = at * Float.BYTES;
          run.stepTaps[run.stepCount++] = (i * heights.length + j) * widths.length + k;
        }
      }
    }
  }
}

package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PostOp;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
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
import org.jspecify.annotations.Nullable;

/**
 * Direct convolution of planes, exact on integers: neighbouring pixels are the lanes, weights are
 * broadcast. Serves every description whose tensors have neighbouring pixels in a row.
 */
public final class ChannelsFirstPlan implements Plan<PlaneScratch> {
  /** Products in vain that surely take longer than copying one element to the other layout. */
  private static final double COPY_PRODUCTS = 120;

  /** As many as do where vectors are short of pixels, so that the other products are slow, too. */
  private static final double COPY_PRODUCTS_OF_SHORT_ROWS = 30;

  /** As many as do where vectors are half empty. */
  private static final double COPY_PRODUCTS_OF_HALF_ROWS = 15;

  /** From so many products in vain for each useful one on, vectors are short of pixels. */
  private static final double LEAST_VAIN_SHARE = 1 / 3.0;

  private final PlaneKernels kernels;
  private final Epilogue epilogue;
  private final int blockChannels;
  private final PlaneProductKernel onHeap;
  private final PlaneProductKernel oneOnHeap;
  private final PlaneProductKernel straight;
  private final Activation src;
  private final Activation dst;
  private final PlaneFill fill;
  private final List<PackedPlaneTiling> tilings = new ArrayList<>();
  private final List<BiasOnly> biasOnly = new ArrayList<>();
  private final float[] bias;
  private final int biasPerGroup;
  private final int groups;
  private final int outPerGroup;
  private final boolean pointwise;
  private final int[] firstTile;

  /** Into how many parts a tile's blocks of output channels are cut. */
  private final int segments;

  /** Whether this plan serves these tensors. */
  public static boolean serves(TensorSpec src, TensorSpec dst) {
    return Activation.of(src).sw() == 1 && Activation.of(dst).sw() == 1;
  }

  /**
   * Whether a copy of the tensors with neighbouring channels costs less than what blocks of pixels
   * compute in vain: small images under many products.
   */
  public static boolean prefersPixels(
      PlaneKernels kernels, PrepareRequest request, TensorSpec srcSpec, TensorSpec dstSpec) {
    Convolution c = request.convolution();
    int block = kernels.blockPixels() / 2;
    long outPerGroup = c.outChannels() / c.groups();
    if (outPerGroup < block / 2) {
      return false;
    }
    List<Geometry.Axis> axes = request.geometry().axes();
    Activation src = Activation.of(srcSpec);
    Activation dst = Activation.of(dstSpec);
    boolean pointwise = AxisPhases.isPointwise(axes) && hasDensePlanes(src) && hasDensePlanes(dst);
    int inPerGroup = Math.toIntExact(c.inChannels() / c.groups());
    double vain = 0;
    double useful = 0;
    for (AxisPhases.Combination phases : phases(c, axes, pointwise ? flattened(dst) : null)) {
      if (!phases.isEmpty()) {
        var tiling = new PlaneTiling(phases, Math.toIntExact(c.groups()), inPerGroup);
        vain += (double) tiling.vainPixels(block) * tiling.tapCount();
        useful += (double) tiling.pixels() * tiling.tapCount();
      }
    }
    double elements =
        (double) request.geometry().src().elementCount() + request.geometry().dst().elementCount();
    double copyProducts = COPY_PRODUCTS;
    if (vain > LEAST_VAIN_SHARE * useful) {
      copyProducts = vain < useful ? COPY_PRODUCTS_OF_SHORT_ROWS : COPY_PRODUCTS_OF_HALF_ROWS;
    }
    return vain * dst.n() * c.outChannels() * inPerGroup > copyProducts * elements;
  }

  private static List<AxisPhases.Combination> phases(
      Convolution c, List<Geometry.Axis> axes, @Nullable Activation row) {
    return row != null
        ? AxisPhases.row(row.w())
        : AxisPhases.of(axes, c.isTransposed(), c.padding().mode());
  }

  public ChannelsFirstPlan(
      PlaneKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    epilogue = Epilogue.of(request, dstSpec, kernels.blockPixels());
    blockChannels = kernels.blockChannels(isPointwise(request));
    straight = kernels.productInto(blockChannels, epilogue.forms());
    onHeap = kernels.product(blockChannels, epilogue.forms());
    oneOnHeap = kernels.product(1, epilogue.forms());
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    groups = weights.groups();
    outPerGroup = weights.outPerGroup();
    biasPerGroup = outPerGroup + blockChannels;
    bias = PaddedBias.of(request, groups, outPerGroup, biasPerGroup);
    Activation from = Activation.of(srcSpec);
    Activation to = Activation.of(dstSpec);
    pointwise = AxisPhases.isPointwise(axes) && hasDensePlanes(from) && hasDensePlanes(to);
    src = pointwise ? flattened(from) : from;
    dst = pointwise ? flattened(to) : to;
    fill = new PlaneFill(kernels, src, c.padding().mode());
    for (AxisPhases.Combination phases : phases(c, axes, pointwise ? dst : null)) {
      if (phases.isEmpty()) {
        biasOnly.add(new BiasOnly(phases, dst));
      } else {
        var tiling = new PlaneTiling(phases, groups, weights.inPerGroup());
        tilings.add(new PackedPlaneTiling(tiling, phases, weights, blockChannels));
      }
    }
    firstTile = new int[tilings.size() + 1];
    for (int i = 0; i < tilings.size(); i++) {
      firstTile[i + 1] = firstTile[i] + tilings.get(i).tiling.tileCount() * dst.n();
    }
    segments =
        tilings.isEmpty()
            ? 1
            : Math.clamp(
                Math.ceilDiv(leastParts, Math.max(1, firstTile[tilings.size()])),
                1,
                tilings.getFirst().blockCount);
  }

  private static boolean isPointwise(PrepareRequest request) {
    return request.geometry().axes().stream().allMatch(a -> a.kernel() == 1);
  }

  /**
   * Whether post-ops can be applied: operands as large as dst only where all results go straight
   * into it.
   */
  public static boolean fuses(
      PlaneKernels kernels, PrepareRequest request, TensorSpec srcSpec, TensorSpec dstSpec) {
    Convolution c = request.convolution();
    boolean full =
        c.postOps().list().stream()
            .anyMatch(
                p -> p instanceof PostOp.Binary b && b.operand().extent() == PostOp.Extent.FULL);
    if (!full) {
      return true;
    }
    Activation src = Activation.of(srcSpec);
    Activation dst = Activation.of(dstSpec);
    if (!AxisPhases.isPointwise(request.geometry().axes())
        || !hasDensePlanes(src)
        || !hasDensePlanes(dst)
        || c.outChannels() / c.groups() < kernels.blockChannels(true)) {
      return false;
    }
    var tiling =
        new PlaneTiling(
            AxisPhases.row(flattened(dst).w()).getFirst(),
            Math.toIntExact(c.groups()),
            Math.toIntExact(c.inChannels() / c.groups()));
    int last = flattened(dst).w() - (tiling.columnTiles - 1) * tiling.tileColumns;
    return kernels.takesRun(last) && kernels.takesRun(tiling.tileColumns);
  }

  private static boolean hasDensePlanes(Activation a) {
    return (a.h() == 1 || a.sh() == a.w()) && (a.d() == 1 || a.sd() == (long) a.h() * a.w());
  }

  /** The pixels of each image as one row. */
  private static Activation flattened(Activation a) {
    return new Activation(a.n(), a.c(), 1, 1, a.d() * a.h() * a.w(), a.sn(), a.sc(), 0, 0, 1);
  }

  @Override
  public String name() {
    return pointwise ? "planes product" : "planes";
  }

  @Override
  public long weightsByteSize() {
    long bytes = (long) bias.length * Float.BYTES;
    for (PackedPlaneTiling tiling : tilings) {
      bytes += tiling.byteSize();
    }
    return bytes;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public PlaneScratch newScratch() {
    int panel = 0;
    int results = 0;
    for (PackedPlaneTiling packed : tilings) {
      panel = Math.max(panel, packed.tiling.panelFloats(kernels.blockPixels()));
      results = Math.max(results, packed.block * resultPitch(packed.tiling));
    }
    return new PlaneScratch(new EpilogueArguments(epilogue, kernels.blockPixels()), panel, results);
  }

  /** From the results of one output channel of a block to those of the next. */
  private int resultPitch(PlaneTiling tiling) {
    return tiling.run(tiling.tileRows, tiling.tileColumns) + kernels.blockPixels();
  }

  @Override
  public int partCount() {
    return firstTile[tilings.size()] * segments + (biasOnly.isEmpty() ? 0 : 1);
  }

  @Override
  public void runPart(int part, PlaneScratch scratch, MemorySegment from, MemorySegment to) {
    int tile = part / segments;
    if (tile == firstTile[tilings.size()]) {
      for (int i = 0; i < biasOnly.size(); i++) {
        biasOnly.get(i).run(bias, outPerGroup, biasPerGroup, scratch.epilogue(), to);
      }
      return;
    }
    int f = 0;
    while (tile >= firstTile[f + 1]) {
      f++;
    }
    PackedPlaneTiling packed = tilings.get(f);
    PlaneTiling tiling = packed.tiling;
    int index = tile - firstTile[f];
    int column = index % tiling.columnTiles * tiling.tileColumns;
    index /= tiling.columnTiles;
    int row = index % tiling.rowTiles * tiling.tileRows;
    index /= tiling.rowTiles;
    int depth = index % tiling.d.count();
    index /= tiling.d.count();
    int group = index % tiling.groupTiles * tiling.tileGroups;
    int n = index / tiling.groupTiles;
    int columns = Math.min(tiling.tileColumns, tiling.w.phase().count() - column);
    int rows = Math.min(tiling.tileRows, tiling.h.phase().count() - row);
    int groupEnd = Math.min(group + tiling.tileGroups, groups);
    int channels = (groupEnd - group) * tiling.inPerGroup;
    long first = n * src.sn() + (long) group * tiling.inPerGroup * src.sc();
    if (!scratch.holds(tile)) {
      fill.run(tiling, from, first, channels, depth, row, rows, column, columns, scratch.panel);
      scratch.filledWith(tile);
    }
    int segment = part % segments;
    int blockBegin = packed.blockCount * segment / segments;
    int blockEnd = packed.blockCount * (segment + 1) / segments;
    long place =
        n * dst.sn()
            + tiling.d.output(depth) * dst.sd()
            + tiling.h.phase().output(row) * dst.sh()
            + tiling.w.phase().output(column);
    for (int g = group; g < groupEnd; g++) {
      int base = (g - group) * tiling.inPerGroup * tiling.channelFloats;
      multiply(packed, g, base, blockBegin, blockEnd, rows, columns, scratch, to, place);
    }
  }

  private void multiply(
      PackedPlaneTiling packed,
      int group,
      int base,
      int blockBegin,
      int blockEnd,
      int rows,
      int columns,
      PlaneScratch scratch,
      MemorySegment to,
      long place) {
    PlaneTiling tiling = packed.tiling;
    float[] results = scratch.results;
    int pitch = resultPitch(tiling);
    int pixels = tiling.run(rows, columns);
    long rowStride = tiling.h.phase().dstStep() * dst.sh();
    long step = tiling.w.phase().dstStep();
    boolean dense = rows == 1 || (tiling.pitch == columns && rowStride == columns);
    boolean direct = dense && step == 1 && kernels.takesRun(pixels);
    PlaneProduct product = scratch.product;
    product.base = base;
    product.offsets = packed.offsets;
    product.packed = packed.packed;
    product.bias = bias;
    product.outPitch = pitch;
    product.dstPitch = dst.sc();
    product.pixelCount = pixels;
    for (int b = blockBegin; b < blockEnd; b++) {
      int begin = packed.begin(b);
      product.channel = group * outPerGroup + begin;
      product.packedFrom = (group * packed.blockCount + b) * packed.blockFloats;
      product.biasFrom = group * biasPerGroup + begin;
      product.dstFrom = place + product.channel * dst.sc();
      if (direct && packed.channels(b) == blockChannels) {
        straight.run(product, to);
        continue;
      }
      (packed.block == 1 ? oneOnHeap : onHeap).run(product, to);
      for (int o = 0; o < packed.channels(b); o++) {
        long channel = product.dstFrom + o * dst.sc();
        kernels.store(
            results, o * pitch, tiling.pitch, rows, columns, to, channel, rowStride, step);
      }
    }
  }
}

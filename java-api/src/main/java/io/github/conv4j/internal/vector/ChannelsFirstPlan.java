package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Direct convolution of planes, exact on integers: neighbouring pixels are the lanes, weights are
 * broadcast. Serves every description whose tensors have neighbouring pixels in a row.
 */
final class ChannelsFirstPlan implements Plan {
  /** Products in the time that copying one element to the other layout takes. */
  private static final double COPY_PRODUCTS = 120;

  private final PlaneKernels kernels;
  private final Activation src;
  private final Activation dst;
  private final PlaneFill fill;
  private final List<PackedPlaneFamily> families = new ArrayList<>();
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
  static boolean serves(TensorSpec src, TensorSpec dst) {
    return Activation.of(src).sw() == 1 && Activation.of(dst).sw() == 1;
  }

  /**
   * Whether a copy of the tensors with neighbouring channels costs less than what blocks of pixels
   * compute in vain: small images under many products.
   */
  static boolean prefersPixels(
      PlaneKernels kernels, PrepareRequest request, TensorSpec srcSpec, TensorSpec dstSpec) {
    Convolution c = request.convolution();
    int block = kernels.blockPixels() / 2;
    long outPerGroup = c.outChannels() / c.groups();
    if (outPerGroup < block) {
      return false;
    }
    List<Geometry.Axis> axes = request.geometry().axes();
    Activation src = Activation.of(srcSpec);
    Activation dst = Activation.of(dstSpec);
    boolean pointwise = AxisPhases.isPointwise(axes) && hasDensePlanes(src) && hasDensePlanes(dst);
    int inPerGroup = Math.toIntExact(c.inChannels() / c.groups());
    double vain = 0;
    for (AxisPhases.Combination phases : phases(c, axes, pointwise ? flattened(dst) : null)) {
      if (!phases.isEmpty()) {
        var family = new PlaneFamily(phases, Math.toIntExact(c.groups()), inPerGroup);
        vain += (double) family.vainPixels(block) * family.tapCount();
      }
    }
    double elements =
        (double) request.geometry().src().elementCount() + request.geometry().dst().elementCount();
    return vain * dst.n() * c.outChannels() * inPerGroup > COPY_PRODUCTS * elements;
  }

  private static List<AxisPhases.Combination> phases(
      Convolution c, List<Geometry.Axis> axes, @Nullable Activation row) {
    return row != null
        ? AxisPhases.row(row.w())
        : AxisPhases.of(axes, c.isTransposed(), c.padding().mode());
  }

  ChannelsFirstPlan(
      PlaneKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    groups = weights.groups();
    outPerGroup = weights.outPerGroup();
    biasPerGroup = outPerGroup + PlaneKernels.CHANNEL_BLOCK;
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
        var family = new PlaneFamily(phases, groups, weights.inPerGroup());
        families.add(new PackedPlaneFamily(family, phases, weights));
      }
    }
    firstTile = new int[families.size() + 1];
    for (int i = 0; i < families.size(); i++) {
      firstTile[i + 1] = firstTile[i] + families.get(i).family.tileCount() * dst.n();
    }
    segments =
        families.isEmpty()
            ? 1
            : Math.clamp(
                Math.ceilDiv(leastParts, Math.max(1, firstTile[families.size()])),
                1,
                families.getFirst().blockCount);
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
    for (PackedPlaneFamily family : families) {
      bytes += family.byteSize();
    }
    return bytes;
  }

  @Override
  public Scratch newScratch() {
    int panel = 0;
    int results = 0;
    for (PackedPlaneFamily packed : families) {
      panel = Math.max(panel, packed.family.panelFloats(kernels.blockPixels()));
      results = Math.max(results, packed.block * resultPitch(packed.family));
    }
    return Scratch.forTiles(panel, 0, results);
  }

  /** From the results of one output channel of a block to those of the next. */
  private int resultPitch(PlaneFamily family) {
    return family.run(family.tileRows, family.tileColumns) + kernels.blockPixels();
  }

  @Override
  public int partCount() {
    return firstTile[families.size()] * segments + (biasOnly.isEmpty() ? 0 : 1);
  }

  @Override
  public void runPart(int part, Scratch scratch, MemorySegment from, MemorySegment to) {
    int tile = part / segments;
    if (tile == firstTile[families.size()]) {
      for (int i = 0; i < biasOnly.size(); i++) {
        biasOnly.get(i).run(bias, outPerGroup, biasPerGroup, to);
      }
      return;
    }
    int f = 0;
    while (tile >= firstTile[f + 1]) {
      f++;
    }
    PackedPlaneFamily packed = families.get(f);
    PlaneFamily family = packed.family;
    int index = tile - firstTile[f];
    int column = index % family.columnTiles * family.tileColumns;
    index /= family.columnTiles;
    int row = index % family.rowTiles * family.tileRows;
    index /= family.rowTiles;
    int depth = index % family.d.count();
    index /= family.d.count();
    int group = index % family.groupTiles * family.tileGroups;
    int n = index / family.groupTiles;
    int columns = Math.min(family.tileColumns, family.w.phase().count() - column);
    int rows = Math.min(family.tileRows, family.h.phase().count() - row);
    int groupEnd = Math.min(group + family.tileGroups, groups);
    int channels = (groupEnd - group) * family.inPerGroup;
    long first = n * src.sn() + (long) group * family.inPerGroup * src.sc();
    if (scratch.panelTile != tile) {
      fill.run(family, from, first, channels, depth, row, rows, column, columns, scratch.panel);
      scratch.panelTile = tile;
    }
    int segment = part % segments;
    int blockBegin = packed.blockCount * segment / segments;
    int blockEnd = packed.blockCount * (segment + 1) / segments;
    long place =
        n * dst.sn()
            + family.d.output(depth) * dst.sd()
            + family.h.phase().output(row) * dst.sh()
            + family.w.phase().output(column);
    for (int g = group; g < groupEnd; g++) {
      int base = (g - group) * family.inPerGroup * family.channelFloats;
      multiply(packed, g, base, blockBegin, blockEnd, rows, columns, scratch, to, place);
    }
  }

  private void multiply(
      PackedPlaneFamily packed,
      int group,
      int base,
      int blockBegin,
      int blockEnd,
      int rows,
      int columns,
      Scratch scratch,
      MemorySegment to,
      long place) {
    PlaneFamily family = packed.family;
    float[] results = scratch.sums;
    int pitch = resultPitch(family);
    int pixels = family.run(rows, columns);
    long rowStride = family.h.phase().dstStep() * dst.sh();
    long step = family.w.phase().dstStep();
    boolean dense = rows == 1 || (family.pitch == columns && rowStride == columns);
    boolean direct = dense && step == 1 && kernels.takesRun(pixels);
    for (int b = blockBegin; b < blockEnd; b++) {
      int begin = packed.begin(b);
      int weightsAt = (group * packed.blockCount + b) * packed.blockFloats;
      int biasAt = group * biasPerGroup + begin;
      if (direct && packed.channels(b) == PlaneKernels.CHANNEL_BLOCK) {
        kernels.productInto(
            scratch.panel,
            base,
            packed.offsets,
            packed.packed,
            weightsAt,
            bias,
            biasAt,
            to,
            place + ((long) group * outPerGroup + begin) * dst.sc(),
            dst.sc(),
            pixels);
        continue;
      }
      if (packed.block == 1) {
        kernels.single(
            scratch.panel,
            base,
            packed.offsets,
            packed.packed,
            weightsAt,
            bias[biasAt],
            results,
            pixels);
      } else {
        kernels.product(
            scratch.panel,
            base,
            packed.offsets,
            packed.packed,
            weightsAt,
            bias,
            biasAt,
            results,
            pitch,
            pixels);
      }
      for (int o = 0; o < packed.channels(b); o++) {
        long channel = place + ((long) group * outPerGroup + begin + o) * dst.sc();
        kernels.store(
            results, o * pitch, family.pitch, rows, columns, to, channel, rowStride, step);
      }
    }
  }
}

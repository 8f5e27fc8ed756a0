package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct convolution, exact on integers: windows are copied into a panel, the panel is multiplied
 * with packed weights. Serves every description whose tensors have neighbouring channels.
 */
final class DirectPlan implements Plan {
  /** With more weights than a second-level cache holds, threads share tiles by output channels. */
  private static final long HEAVY_WEIGHTS = 1 << 18;

  private final Kernels kernels;
  private final Activation dst;
  private final PanelFill fill;
  private final List<PackedFamily> families = new ArrayList<>();
  private final List<BiasOnly> biasOnly = new ArrayList<>();
  private final ChannelBlocks blocks;
  private final float[] bias;
  private final int biasPerGroup;
  private final int groups;
  private final int outPerGroup;
  private final boolean pointwise;

  /** The first tile of each family, counted over all of them and all images. */
  private final int[] firstTile;

  /** Into how many parts a tile's blocks of output channels are cut. */
  private final int segments;

  /**
   * Creates the plan.
   *
   * @param leastParts how many parts the work should have if they stay worth their while
   */
  DirectPlan(
      Kernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    PaddingMode mode = c.padding().mode();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    groups = weights.groups();
    outPerGroup = weights.outPerGroup();
    blocks = ChannelBlocks.of(outPerGroup, kernels.lanes());
    pointwise = isPointwise(axes, srcSpec, dstSpec);
    Activation src = Activation.of(srcSpec);
    dst = pointwise ? Activation.of(dstSpec).flattened() : Activation.of(dstSpec);
    fill = new PanelFill(pointwise ? src.flattened() : src, mode);
    biasPerGroup = outPerGroup + 2 * kernels.lanes();
    bias = PaddedBias.of(request, groups, outPerGroup, biasPerGroup);
    List<AxisPhases.Combination> combinations =
        pointwise ? AxisPhases.row(dst.w()) : AxisPhases.of(axes, c.isTransposed(), mode);
    boolean heavy =
        (long) outPerGroup * weights.inPerGroup() * groups > HEAVY_WEIGHTS / tapCount(axes);
    int leastTiles = heavy ? 1 : Math.ceilDiv(leastParts, dst.n() * combinations.size());
    for (AxisPhases.Combination phases : combinations) {
      if (phases.isEmpty()) {
        biasOnly.add(new BiasOnly(phases, dst));
      } else {
        var family =
            new Family(
                phases.d(), phases.h(), phases.w(), src.c(), Family.PANEL_FLOATS, leastTiles);
        families.add(new PackedFamily(family, weights, blocks));
      }
    }
    firstTile = new int[families.size() + 1];
    for (int i = 0; i < families.size(); i++) {
      firstTile[i + 1] = firstTile[i] + families.get(i).family.tileCount() * dst.n();
    }
    segments =
        Math.clamp(
            Math.ceilDiv(leastParts, Math.max(1, firstTile[families.size()])),
            1,
            groups * blocks.blocks().size());
  }

  private static long tapCount(List<Geometry.Axis> axes) {
    return axes.stream().mapToLong(Geometry.Axis::kernel).reduce(1, Math::multiplyExact);
  }

  private static boolean isPointwise(List<Geometry.Axis> axes, TensorSpec src, TensorSpec dst) {
    return Activation.isDenseChannelsLast(src)
        && Activation.isDenseChannelsLast(dst)
        && AxisPhases.isPointwise(axes);
  }

  @Override
  public String name() {
    return pointwise ? "product" : "direct";
  }

  @Override
  public long weightsByteSize() {
    long bytes = (long) bias.length * Float.BYTES;
    for (PackedFamily family : families) {
      bytes += family.byteSize();
    }
    return bytes;
  }

  @Override
  public Scratch newScratch() {
    int panel = 0;
    int pixels = 0;
    for (PackedFamily packed : families) {
      panel = Math.max(panel, packed.family.panelFloats());
      pixels = Math.max(pixels, packed.family.mostPixels());
    }
    return Scratch.forTiles(panel, pixels + Kernels.PIXEL_BLOCK, 0, kernels.productWork(pixels));
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
    PackedFamily packed = families.get(f);
    if (scratch.panelTile != tile) {
      load(packed.family, tile - firstTile[f], scratch, from);
      scratch.panelTile = tile;
    }
    int columns = groups * blocks.blocks().size();
    int segment = part % segments;
    int begin = (int) ((long) columns * segment / segments);
    int end = (int) ((long) columns * (segment + 1) / segments);
    multiply(packed, begin, end, scratch.tile.rows * scratch.tile.columns, scratch, to);
  }

  /** Copies the windows of a tile of one image into the panel. */
  private void load(Family family, int index, Scratch scratch, MemorySegment from) {
    int n = index / family.tileCount();
    Family.Tile tile = scratch.tile;
    family.locate(index % family.tileCount(), tile);
    fill.run(family, tile, from, n, scratch.panel);
    family.pixels(tile, dst, n * dst.sn(), scratch.bases, scratch.dstOffsets);
  }

  /** Computes some blocks of output channels, counted over all groups. */
  private void multiply(
      PackedFamily packed, int begin, int end, int pixels, Scratch scratch, MemorySegment to) {
    int perGroup = blocks.blocks().size();
    int groupFloats = packed.blockOffsets[perGroup];
    for (int column = begin; column < end; column++) {
      int g = column / perGroup;
      int b = column % perGroup;
      ChannelBlocks.Block block = blocks.blocks().get(b);
      kernels.product(
          scratch.panel,
          scratch.bases,
          pixels,
          packed.taps[g],
          packed.run,
          packed.packed,
          g * groupFloats + packed.blockOffsets[b],
          bias,
          g * biasPerGroup + block.begin(),
          to,
          scratch.dstOffsets,
          g * outPerGroup + block.begin(),
          block.count(),
          scratch.work);
    }
  }
}

package io.github.conv4j.internal.vector.product;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.BiasOnly;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.Tiling;
import io.github.conv4j.internal.vector.base.WeightsView;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Direct convolution, exact on integers: windows are copied into a panel, the panel is multiplied
 * with packed weights. Serves every description whose tensors have neighbouring channels. Where
 * kernels with long post-ops would be slow, sums wait for a pass in dst.
 */
public final class DirectPlan implements Plan<DirectScratch> {
  /** With more weights than a second-level cache holds, threads share tiles by output channels. */
  private static final long HEAVY_WEIGHTS = 1 << 18;

  private final ProductKernels kernels;
  private final Epilogue epilogue;
  private final Activation dst;
  private final PanelFill fill;
  final List<PackedTiling> tilings = new ArrayList<>();
  private final List<BiasOnly> biasOnly = new ArrayList<>();
  private final ChannelBlocks blocks;
  private final float[] bias;
  private final int biasPerGroup;
  private final int groups;
  private final int outPerGroup;
  private final boolean pointwise;

  /** The first tile of each tiling, counted over all of them and all images. */
  private final int[] firstTile;

  /** Into how many parts a tile's blocks of output channels are cut. */
  private final int segments;

  /** What takes the sums of a tile through post-ops in dst; null where the kernels do. */
  final @Nullable SumRowsKernel pass;

  /** Whether the pass goes pixel by pixel: operands, or threads, tell channels apart. */
  private final boolean passesPixels;

  /**
   * Creates the plan.
   *
   * @param leastParts how many parts the work should have if they stay worth their while
   */
  public DirectPlan(
      ProductKernels kernels,
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
    pointwise = isPointwise(axes, srcSpec, dstSpec);
    Activation src = Activation.of(srcSpec);
    dst = pointwise ? Activation.of(dstSpec).flattened() : Activation.of(dstSpec);
    List<AxisPhases.Combination> combinations =
        pointwise ? AxisPhases.row(dst.w()) : AxisPhases.of(axes, c.isTransposed(), mode);
    boolean heavy =
        (long) outPerGroup * weights.inPerGroup() * groups > HEAVY_WEIGHTS / tapCount(axes);
    int leastTiles = heavy ? 1 : Math.ceilDiv(leastParts, dst.n() * combinations.size());
    List<Tiling> cuts = new ArrayList<>();
    for (AxisPhases.Combination phases : combinations) {
      if (phases.isEmpty()) {
        biasOnly.add(new BiasOnly(phases, dst));
      } else {
        cuts.add(
            new Tiling(
                phases.d(), phases.h(), phases.w(), src.c(), Tiling.PANEL_FLOATS, leastTiles));
      }
    }
    PostOps postOps = c.postOps();
    int most = groups == 1 ? kernels.together(outPerGroup) : 1;
    int vectors = Math.ceilDiv(most * outPerGroup, kernels.lanes());
    boolean shares =
        cuts.stream()
            .allMatch(
                tiling ->
                    tiling.makesNeighboursIn(dst)
                        && kernels.pixelsOfRow(vectors, most, tiling, postOps) > 0);
    int together = shares ? most : 1;
    int beyond = together > 1 ? (together - 1) * outPerGroup : 2 * kernels.lanes();
    epilogue = Epilogue.of(request, dstSpec, beyond);
    biasPerGroup = outPerGroup + beyond;
    bias = PaddedBias.of(request, groups, outPerGroup, biasPerGroup);
    firstTile = new int[cuts.size() + 1];
    for (int i = 0; i < cuts.size(); i++) {
      firstTile[i + 1] = firstTile[i] + cuts.get(i).tileCount() * dst.n();
    }
    blocks =
        together > 1
            ? ChannelBlocks.ofTogether(outPerGroup, together, kernels.lanes())
            : kernels.blocks(
                outPerGroup,
                cuts.stream().allMatch(tiling -> isInRows(tiling, postOps)),
                Math.ceilDiv(leastParts, Math.max(1, firstTile[cuts.size()] * groups)));
    segments =
        Math.clamp(
            Math.ceilDiv(leastParts, Math.max(1, firstTile[cuts.size()])),
            1,
            groups * blocks.blocks().size());
    PostOps forms = epilogue.forms();
    boolean passes = !kernels.panelsTake(forms) && blocks.areApart();
    pass = passes ? kernels.sumRows(forms) : null;
    passesPixels = segments > 1 || Epilogue.hasEachChannel(forms);
    for (Tiling tiling : cuts) {
      tilings.add(
          new PackedTiling(tiling, weights, blocks, kernels, passes ? PostOps.none() : forms));
    }
    boolean inChunks = tilings.stream().anyMatch(packed -> packed.tiling.chunk() > 0);
    fill =
        new PanelFill(
            pointwise ? src.flattened() : src, mode, inChunks ? kernels.chunkCopy() : null);
  }

  /** Whether pairs of vectors, or the only one, are best computed for pixels of a row. */
  private boolean isInRows(Tiling tiling, PostOps postOps) {
    int vectors = Math.min(2, Math.ceilDiv(outPerGroup, kernels.lanes()));
    return kernels.pixelsOfRow(vectors, 1, tiling, postOps) > 0;
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
    for (PackedTiling tiling : tilings) {
      bytes += tiling.byteSize();
    }
    return bytes;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public DirectScratch newScratch() {
    int panel = 0;
    int pixels = 0;
    for (PackedTiling packed : tilings) {
      panel = Math.max(panel, packed.tiling.panelFloats());
      pixels = Math.max(pixels, packed.tiling.mostPixels(packed.pixelsOfRow));
    }
    return new DirectScratch(
        new EpilogueArguments(epilogue, kernels.lanes()),
        panel,
        pixels + Tiling.PIXEL_BLOCK,
        kernels.work(pixels));
  }

  @Override
  public int partCount() {
    return firstTile[tilings.size()] * segments + (biasOnly.isEmpty() ? 0 : 1);
  }

  @Override
  public void runPart(int part, DirectScratch scratch, MemorySegment from, MemorySegment to) {
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
    PackedTiling packed = tilings.get(f);
    if (!scratch.holds(tile)) {
      load(packed, tile - firstTile[f], scratch, from);
      scratch.filledWith(tile);
    }
    int columns = groups * blocks.blocks().size();
    int segment = part % segments;
    int begin = (int) ((long) columns * segment / segments);
    int end = (int) ((long) columns * (segment + 1) / segments);
    multiply(packed, begin, end, scratch, to);
    if (pass != null) {
      passOverTile(pass, packed.tiling, begin, end, scratch, to);
    }
  }

  /** Copies the windows of a tile of one image into the panel. */
  private void load(PackedTiling packed, int index, DirectScratch scratch, MemorySegment from) {
    Tiling tiling = packed.tiling;
    int n = index / tiling.tileCount();
    scratch.image = n;
    Tiling.Tile tile = scratch.tile;
    tiling.locate(index % tiling.tileCount(), tile);
    fill.run(tiling, tile, from, n, scratch.product.panel);
    PanelProduct product = scratch.product;
    product.dstStep = tiling.w().dstStep() * dst.sw();
    product.pixelCount =
        tiling.pixels(
            tile, dst, n * dst.sn(), packed.pixelsOfRow, product.bases, product.dstOffsets);
  }

  /** Computes some blocks of output channels, counted over all groups. */
  private void multiply(
      PackedTiling packed, int begin, int end, DirectScratch scratch, MemorySegment to) {
    PanelProduct product = scratch.product;
    product.run = packed.run;
    product.packed = packed.packed;
    product.bias = bias;
    int perGroup = blocks.blocks().size();
    int groupFloats = packed.blockOffsets[perGroup];
    for (int column = begin; column < end; column++) {
      int g = column / perGroup;
      int b = column % perGroup;
      ChannelBlocks.Block block = blocks.blocks().get(b);
      product.taps = packed.taps[g];
      product.packedFrom = g * groupFloats + packed.blockOffsets[b];
      product.biasFrom = g * biasPerGroup + block.begin();
      product.dstFrom = g * outPerGroup + block.begin();
      product.laneCount = blocks.computed(block);
      product.apart = block.apart();
      packed.kernels[b].run(product, to);
    }
  }

  /** Takes what blocks of output channels left in a tile of dst through post-ops. */
  private void passOverTile(
      SumRowsKernel kernel,
      Tiling tiling,
      int begin,
      int end,
      DirectScratch scratch,
      MemorySegment to) {
    Tiling.Tile tile = scratch.tile;
    SumRows rows = scratch.rows;
    long pixelStep = scratch.product.dstStep;
    int channels = groups * outPerGroup;
    if (!passesPixels && pixelStep == channels) {
      rows.rows = tile.rows();
      rows.length = tile.columns() * channels;
      rows.step = (int) (tiling.h().dstStep() * dst.sh());
      passRows(kernel, rows, tiling.rowOffset(tile, 0, dst, scratch.image * dst.sn()), to);
      return;
    }
    rows.rows = tile.columns();
    rows.first = firstChannel(begin);
    rows.length = firstChannel(end) - rows.first;
    rows.step = (int) pixelStep;
    for (int r = 0; r < tile.rows(); r++) {
      passRows(
          kernel, rows, tiling.rowOffset(tile, r, dst, scratch.image * dst.sn()) + rows.first, to);
    }
  }

  private int firstChannel(int column) {
    int perGroup = blocks.blocks().size();
    int inGroup = column % perGroup;
    return column / perGroup * outPerGroup
        + (inGroup == 0 ? 0 : blocks.blocks().get(inGroup).begin());
  }

  private static void passRows(SumRowsKernel kernel, SumRows rows, long at, MemorySegment to) {
    rows.sumsBegin = at;
    rows.dstBegin = at;
    kernel.run(rows, to, to);
  }
}

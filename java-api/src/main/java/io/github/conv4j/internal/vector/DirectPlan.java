package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct convolution, exact on integers: windows are copied into a panel, the panel is multiplied
 * with packed weights. Serves every description whose tensors have neighbouring channels.
 */
final class DirectPlan implements Plan {
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
  private final int[] firstPart;

  DirectPlan(Kernels kernels, PrepareRequest request, TensorSpec srcSpec, TensorSpec dstSpec) {
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
    dst = pointwise ? flattened(Activation.of(dstSpec)) : Activation.of(dstSpec);
    fill = new PanelFill(pointwise ? flattened(src) : src, mode);
    biasPerGroup = outPerGroup + 2 * kernels.lanes();
    bias = PaddedBias.of(request, groups, outPerGroup, biasPerGroup);
    for (AxisPhases.Combination phases :
        pointwise ? AxisPhases.row(dst.w()) : AxisPhases.of(axes, c.isTransposed(), mode)) {
      if (phases.isEmpty()) {
        biasOnly.add(new BiasOnly(phases, dst));
      } else {
        var family = new Family(phases.d(), phases.h(), phases.w(), src.c());
        families.add(new PackedFamily(family, weights, blocks));
      }
    }
    firstPart = new int[families.size() + 1];
    for (int i = 0; i < families.size(); i++) {
      firstPart[i + 1] = firstPart[i] + families.get(i).family.tileCount() * dst.n();
    }
  }

  private static boolean isPointwise(List<Geometry.Axis> axes, TensorSpec src, TensorSpec dst) {
    return isDenseChannelsLast(src)
        && isDenseChannelsLast(dst)
        && axes.stream()
            .allMatch(a -> a.kernel() == 1 && a.stride() == 1 && a.begin() == 0 && a.end() == 0);
  }

  private static boolean isDenseChannelsLast(TensorSpec spec) {
    return spec.layout() instanceof Layout.Plain plain && plain.isChannelsLast();
  }

  /** All pixels of all images as one row. */
  private static Activation flattened(Activation a) {
    int pixels = a.n() * a.d() * a.h() * a.w();
    return new Activation(1, a.c(), 1, 1, pixels, 0, 1, 0, 0, a.c());
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
    return Scratch.forTiles(panel, pixels + Kernels.PIXEL_BLOCK, 2 * kernels.lanes());
  }

  @Override
  public int partCount() {
    return firstPart[families.size()] + (biasOnly.isEmpty() ? 0 : 1);
  }

  @Override
  public void runPart(int part, Scratch scratch, MemorySegment from, MemorySegment to) {
    if (part == firstPart[families.size()]) {
      for (int i = 0; i < biasOnly.size(); i++) {
        biasOnly.get(i).run(bias, outPerGroup, biasPerGroup, to);
      }
      return;
    }
    int f = 0;
    while (part >= firstPart[f + 1]) {
      f++;
    }
    PackedFamily packed = families.get(f);
    Family family = packed.family;
    int index = part - firstPart[f];
    int n = index / family.tileCount();
    Family.Tile tile = scratch.tile;
    family.locate(index % family.tileCount(), tile);
    fill.run(family, tile, from, n, scratch.panel);
    family.pixels(tile, dst, n * dst.sn(), scratch.bases, scratch.dstOffsets);
    multiply(packed, tile.rows * tile.columns, scratch, to);
  }

  private void multiply(PackedFamily packed, int pixels, Scratch scratch, MemorySegment to) {
    int groupFloats = packed.blockOffsets[blocks.blocks().size()];
    for (int g = 0; g < groups; g++) {
      for (int b = 0; b < blocks.blocks().size(); b++) {
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
            scratch.sums);
      }
    }
  }
}

package io.github.conv4j.internal.vector.product;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Tiling;
import io.github.conv4j.internal.vector.base.WeightsView;

/**
 * The weights of a tiling, packed for {@link PanelProduct}: for each group and each block of output
 * channels {@code [tap][run][width of the block]}.
 */
final class PackedTiling {
  final Tiling tiling;
  final int[][] taps;
  final int run;
  final float[] packed;

  /** How many neighbouring pixels of a row kernels compute together; 1 if any pixels. */
  final int pixelsOfRow;

  /** One for each block of output channels. */
  final PanelProductKernel[] kernels;

  /** Where each block of a group begins, and where the next group does. */
  final int[] blockOffsets;

  PackedTiling(
      Tiling tiling,
      WeightsView weights,
      ChannelBlocks blocks,
      ProductKernels products,
      PostOps postOps) {
    this.tiling = tiling;
    boolean merged = weights.groups() == 1 && tiling.hasDenseRows();
    int inPerGroup = weights.inPerGroup();
    int[] kernelTaps = weights.kernelTaps(tiling.d(), tiling.h(), tiling.w());
    run = merged ? tiling.w().taps().length * inPerGroup : inPerGroup;
    taps = new int[weights.groups()][];
    blockOffsets = new int[blocks.blocks().size() + 1];
    for (int b = 0; b < blocks.blocks().size(); b++) {
      int width = blocks.width(blocks.blocks().get(b));
      blockOffsets[b + 1] =
          Math.addExact(blockOffsets[b], Math.multiplyExact(kernelTaps.length * inPerGroup, width));
    }
    int pixels = pixelsOfRow(products, blocks, tiling);
    pixelsOfRow = Math.max(1, pixels);
    var row = new PixelRow(pixels, tiling.pixelDistance(), blocks.together());
    kernels =
        blocks.blocks().stream()
            .map(
                block ->
                    pixels > 0
                        ? products.panelOfRow(block.count(), row, run, postOps)
                        : products.panel(block.count(), run, postOps))
            .toArray(PanelProductKernel[]::new);
    int groupFloats = blockOffsets[blocks.blocks().size()];
    packed = new float[Math.multiplyExact(weights.groups(), groupFloats)];
    for (int g = 0; g < weights.groups(); g++) {
      taps[g] = tiling.panelTaps(merged, g * inPerGroup);
      for (int b = 0; b < blocks.blocks().size(); b++) {
        pack(weights, g, kernelTaps, blocks, b, g * groupFloats + blockOffsets[b]);
      }
    }
  }

  /** Blocks of output channels share the lists of pixels, and so the kind of kernel. */
  private static int pixelsOfRow(ProductKernels products, ChannelBlocks blocks, Tiling tiling) {
    return blocks.blocks().size() > 1
        ? 0
        : products.pixelsOfRow(
            blocks.vectors(blocks.blocks().getFirst()), blocks.together(), tiling);
  }

  private void pack(
      WeightsView weights, int group, int[] kernelTaps, ChannelBlocks blocks, int b, int from) {
    ChannelBlocks.Block block = blocks.blocks().get(b);
    int at = from;
    for (int tap : kernelTaps) {
      for (int ic = 0; ic < weights.inPerGroup(); ic++) {
        for (int oc = 0; oc < blocks.computed(block); oc++) {
          packed[at + oc] = weights.at(group, blocks.channel(block, oc), ic, tap);
        }
        at += blocks.width(block);
      }
    }
  }

  long byteSize() {
    return (long) packed.length * Float.BYTES;
  }
}

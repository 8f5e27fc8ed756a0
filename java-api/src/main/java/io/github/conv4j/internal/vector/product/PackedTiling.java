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
      Tiling wholePixels,
      WeightsView weights,
      ChannelBlocks blocks,
      ProductKernels products,
      PostOps postOps) {
    int inPerGroup = weights.inPerGroup();
    // Blocks of output channels share the lists of pixels, and so the kind of kernel.
    int pixels =
        products.pixelsOfRow(
            blocks.vectors(blocks.blocks().getFirst()), blocks.together(), wholePixels, postOps);
    int chunk = products.chunk();
    boolean inChunks = pixels > 0 && chunk > 0 && inPerGroup % chunk == 0;
    boolean merged = !inChunks && weights.groups() == 1 && wholePixels.hasDenseRows();
    int all = merged ? wholePixels.w().taps().length * inPerGroup : inPerGroup;
    int runOfRow = pixels > 0 ? products.runOfRow(inChunks ? chunk : all) : 0;
    run = runOfRow > 0 ? runOfRow : products.runOfList(blocks, all);
    pixelsOfRow = runOfRow > 0 ? pixels : 1;
    tiling = inChunks ? wholePixels.inChunks(chunk) : wholePixels;
    int[] kernelTaps = weights.kernelTaps(tiling.d(), tiling.h(), tiling.w());
    taps = new int[weights.groups()][];
    blockOffsets = new int[blocks.blocks().size() + 1];
    for (int b = 0; b < blocks.blocks().size(); b++) {
      int width = blocks.width(blocks.blocks().get(b));
      blockOffsets[b + 1] =
          Math.addExact(blockOffsets[b], Math.multiplyExact(kernelTaps.length * inPerGroup, width));
    }
    var row = new PixelRow(pixelsOfRow, tiling.pixelDistance(), blocks.together());
    kernels =
        blocks.blocks().stream()
            .map(
                block ->
                    runOfRow > 0
                        ? products.panelOfRow(block.count(), row, run, postOps)
                        : products.panel(block.count(), run, postOps))
            .toArray(PanelProductKernel[]::new);
    int groupFloats = blockOffsets[blocks.blocks().size()];
    packed = new float[Math.multiplyExact(weights.groups(), groupFloats)];
    for (int g = 0; g < weights.groups(); g++) {
      taps[g] =
          inChunks
              ? tiling.panelChunks(g * inPerGroup, inPerGroup)
              : inRuns(tiling.panelTaps(merged, g * inPerGroup), all / run);
      for (int b = 0; b < blocks.blocks().size(); b++) {
        int at = g * groupFloats + blockOffsets[b];
        blocks.pack(blocks.blocks().get(b), weights, g, kernelTaps, packed, at);
      }
    }
  }

  /** Cuts each tap into so many. */
  private int[] inRuns(int[] taps, int count) {
    int[] cut = new int[Math.multiplyExact(taps.length, count)];
    for (int t = 0; t < cut.length; t++) {
      cut[t] = taps[t / count] + t % count * run;
    }
    return cut;
  }

  long byteSize() {
    return (long) packed.length * Float.BYTES;
  }
}

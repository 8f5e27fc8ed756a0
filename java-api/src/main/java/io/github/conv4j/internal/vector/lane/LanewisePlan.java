package io.github.conv4j.internal.vector.lane;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
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

/**
 * Groups of few channels, depthwise among them, exact on integers: each lane is an output channel
 * with a source value of its own. For a block of lanes the windows of a tile are copied into a
 * panel, edges included, so that no output needs a kernel of its own; padding meets the weights,
 * which must be finite.
 */
public final class LanewisePlan implements Plan<LaneScratch> {
  /** A panel of this many floats leaves room for weights in a first-level cache. */
  private static final int PANEL_FLOATS = 1 << 13;

  /** Rows of more outputs have few edges: the depthwise plan is faster. */
  private static final int WIDEST_FOR_COPIES = 20;

  /** Multiplications of one part, at least: about what a core does in ten microseconds. */
  private static final long PART_MULTIPLICATIONS = 1 << 20;

  private final LaneKernels kernels;
  private final Epilogue epilogue;
  private final int leastParts;
  private final Activation dst;
  private final LaneFill fill;
  private final LaneBlocks blocks;
  private final List<Packed> tilings = new ArrayList<>();
  private final List<BiasOnly> biasOnly = new ArrayList<>();
  private final float[] bias;
  private final int depth;
  private final PaddingMode mode;
  private final int[] firstPart;

  /** A tiling with its weights: {@code [block][step][tap][lane]}. */
  private record Packed(
      Tiling tiling,
      LaneTileKernel kernel,
      int[] steps,
      int taps,
      float[] weights,
      int blockFloats,
      int blocksPerPart) {
    int pixelPitch() {
      return pixelPitch(tiling);
    }

    static int pixelPitch(Tiling tiling) {
      return tiling.w().panelStep() * tiling.pitch();
    }
  }

  /**
   * Whether this plan serves the problem; the tensors have neighbouring channels and the weights
   * are finite. Wide images of a depthwise convolution with few taps are faster without a copy.
   */
  public static boolean serves(LaneKernels kernels, Convolution c, List<Geometry.Axis> axes) {
    int groups = Math.toIntExact(c.groups());
    int inPerGroup = Math.toIntExact(c.inChannels() / groups);
    int outPerGroup = Math.toIntExact(c.outChannels() / groups);
    if (inPerGroup == 1 && outPerGroup == 1 && groups >= kernels.lanes()) {
      Geometry.Axis w = axes.getLast();
      return w.kernel() > 3 || (w.stride() == 1 && w.dst() <= WIDEST_FOR_COPIES);
    }
    // Each source value is copied for every lane that sees it, which few taps do not repay.
    double uses = 1;
    for (Geometry.Axis axis : axes) {
      uses *= (double) axis.kernel() / (c.isTransposed() ? 1 : axis.stride());
    }
    if (inPerGroup > 4 && uses < 4) {
      return false;
    }
    return LaneBlocks.serve(groups, inPerGroup, outPerGroup, kernels.lanes());
  }

  public LanewisePlan(
      LaneKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    this.leastParts = leastParts;
    epilogue = Epilogue.of(request, dstSpec, kernels.lanes());
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    mode = c.padding().mode();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    int lanes = kernels.lanes();
    depth = weights.inPerGroup();
    blocks = LaneBlocks.of(weights.groups(), weights.inPerGroup(), weights.outPerGroup(), lanes);
    dst = Activation.of(dstSpec);
    fill = new LaneFill(kernels, Activation.of(srcSpec), mode);
    bias = PaddedBias.of(request, 1, dst.c(), dst.c() + lanes);
    for (AxisPhases.Combination phases : AxisPhases.of(axes, c.isTransposed(), mode)) {
      if (phases.isEmpty()) {
        biasOnly.add(new BiasOnly(phases, dst));
      } else {
        tilings.add(packed(phases, weights, lanes));
      }
    }
    firstPart = new int[tilings.size() + 1];
    for (int i = 0; i < tilings.size(); i++) {
      firstPart[i + 1] =
          firstPart[i] + tilings.get(i).tiling.tileCount() * dst.n() * partsPerTile(tilings.get(i));
    }
  }

  private Packed packed(AxisPhases.Combination phases, WeightsView weights, int lanes) {
    var tiling =
        new Tiling(phases.d(), phases.h(), phases.w(), lanes, panelFloats(depth) / depth, 1);
    int[] kernelTaps = weights.kernelTaps(phases.d(), phases.h(), phases.w());
    int taps = tiling.hasDenseRows() ? phases.w().taps().length : 1;
    int[] rows = tiling.panelTaps(tiling.hasDenseRows(), 0);
    int[] steps = new int[rows.length * depth];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = rows[i / depth] + i % depth * tiling.panelFloats();
    }
    int blockFloats = Math.multiplyExact(kernelTaps.length * depth, lanes);
    float[] values = new float[Math.multiplyExact(blocks.blocks().size(), blockFloats)];
    int at = 0;
    for (LaneBlocks.Block block : blocks.blocks()) {
      for (int i = 0; i < steps.length; i++) {
        for (int t = 0; t < taps; t++) {
          for (int lane = 0; lane < block.dstCount(); lane++) {
            int oc = block.dstBegin() + lane;
            values[at + lane] =
                weights.at(
                    oc / weights.outPerGroup(),
                    oc % weights.outPerGroup(),
                    i % depth,
                    kernelTaps[i / depth * taps + t]);
          }
          at += lanes;
        }
      }
    }
    long work = (long) tiling.mostPixels() * blockFloats;
    long tiles = (long) tiling.tileCount() * dst.n();
    long most = Math.max(1, blocks.blocks().size() * tiles / leastParts);
    int blocksPerPart =
        (int) Math.clamp(PART_MULTIPLICATIONS / work, 1, Math.min(most, blocks.blocks().size()));
    // All blocks have as many channels.
    LaneTileKernel kernel =
        kernels.tile(
            taps,
            Packed.pixelPitch(tiling),
            blocks.blocks().getFirst().dstCount(),
            epilogue.forms());
    return new Packed(tiling, kernel, steps, taps, values, blockFloats, blocksPerPart);
  }

  /** Groups of several channels copy so much for a pixel that rows copied twice cost more. */
  private static int panelFloats(int depth) {
    return depth == 1 ? PANEL_FLOATS : 3 * PANEL_FLOATS;
  }

  private int partsPerTile(Packed packed) {
    return Math.ceilDiv(blocks.blocks().size(), packed.blocksPerPart);
  }

  @Override
  public String name() {
    return "lanewise";
  }

  @Override
  public long weightsByteSize() {
    long floats = bias.length;
    for (Packed packed : tilings) {
      floats += packed.weights.length;
    }
    return floats * Float.BYTES;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public LaneScratch newScratch() {
    int panel = 0;
    for (Packed packed : tilings) {
      panel = Math.max(panel, Math.multiplyExact(packed.tiling.panelFloats(), depth));
    }
    return new LaneScratch(
        new EpilogueArguments(epilogue, kernels.lanes()), panel, kernels.lanes());
  }

  @Override
  public int partCount() {
    return firstPart[tilings.size()] + (biasOnly.isEmpty() ? 0 : 1);
  }

  @Override
  public void runPart(int part, LaneScratch scratch, MemorySegment from, MemorySegment to) {
    if (part == firstPart[tilings.size()]) {
      for (int i = 0; i < biasOnly.size(); i++) {
        biasOnly.get(i).run(bias, 1, 1, scratch.epilogue(), to);
      }
      return;
    }
    int f = 0;
    while (part >= firstPart[f + 1]) {
      f++;
    }
    Packed packed = tilings.get(f);
    Tiling tiling = packed.tiling;
    int index = part - firstPart[f];
    int partsPerTile = partsPerTile(packed);
    int begin = index % partsPerTile * packed.blocksPerPart;
    int end = Math.min(begin + packed.blocksPerPart, blocks.blocks().size());
    index /= partsPerTile;
    int n = index / tiling.tileCount();
    Tiling.Tile tile = scratch.tile;
    tiling.locate(index % tiling.tileCount(), tile);
    LaneTile lanes = scratch.laneTile;
    lanes.panel = scratch.panel;
    lanes.rowPitch = tiling.h().panelStep() * tiling.panelColumns() * tiling.pitch();
    lanes.pixelPitch = packed.pixelPitch();
    lanes.steps = packed.steps;
    lanes.taps = packed.taps;
    lanes.weights = packed.weights;
    lanes.bias = bias;
    lanes.rows = tile.rows();
    lanes.columns = tile.columns();
    lanes.dstBegin =
        n * dst.sn()
            + tiling.d().output(tile.depth()) * dst.sd()
            + tiling.h().output(tile.row()) * dst.sh()
            + tiling.w().output(tile.column()) * dst.sw();
    lanes.dstRowStep = tiling.h().dstStep() * dst.sh();
    lanes.dstStep = tiling.w().dstStep() * dst.sw();
    for (int b = begin; b < end; b++) {
      LaneBlocks.Block block = blocks.blocks().get(b);
      boolean edges = b == begin || mode != PaddingMode.ZEROS;
      fill.run(tiling, tile, block, depth, from, n, edges, scratch);
      lanes.weightsFrom = b * packed.blockFloats;
      lanes.channel = block.dstBegin();
      lanes.channelCount = block.dstCount();
      packed.kernel.run(lanes, to);
    }
  }
}

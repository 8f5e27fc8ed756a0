package io.github.conv4j.internal.vector.product;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.WeightsView;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Pointwise layers, exact on integers: {@code dst[pixels][oc] = src[pixels][ic] * weights}. All
 * distances are regular, which spares the lists of {@link DirectPlan} and half of the time where
 * channels are few.
 */
public final class PointwisePlan implements Plan<PointwiseScratch> {
  /** A panel of this many floats leaves room for weights in a second-level cache. */
  private static final int PANEL_FLOATS = 1 << 15;

  /** Pixels of few inputs, whose copying is much of the work, stay in a first-level cache. */
  private static final int SMALL_PANEL_FLOATS = 1 << 12;

  private static final int SMALL_INPUTS = 32;

  private static final int LEAST_CHUNK = 56;

  private static final int FEW_INPUTS = 24;

  private final ProductKernels kernels;
  private final Epilogue epilogue;
  private final int pixels;
  private final int in;
  private final int out;
  private final int pitch;
  private final int chunk;

  /** Into how many parts a chunk's blocks of output channels are cut. */
  private final int segments;

  private final PointwiseKernel wide;
  private final PointwiseKernel narrow;
  private final List<ProductTile.Block> blocks = new ArrayList<>();
  private final float[] packed;
  private final float[] bias;

  /** Whether this plan serves the problem, and was measured to be faster than the direct one. */
  public static boolean serves(
      ProductKernels kernels,
      Convolution c,
      List<Geometry.Axis> axes,
      TensorSpec src,
      TensorSpec dst) {
    long pixels = src.shape().elementCount() / c.inChannels();
    return kernels.takesPointwise()
        && c.groups() == 1
        && c.inChannels() % ProductTile.UNROLL == 0
        && c.outChannels() >= kernels.lanes()
        && pixels >= RegisterBlock.MOST_PIXELS
        && (c.inChannels() <= FEW_INPUTS
            || c.outChannels() <= 2L * kernels.lanes()
            || inSevens(pixels))
        && Activation.isDenseChannelsLast(src)
        && Activation.isDenseChannelsLast(dst)
        && axes.stream()
            .allMatch(a -> a.kernel() == 1 && a.stride() == 1 && a.begin() == 0 && a.end() == 0);
  }

  /** Whether blocks of eight pixels would compute many of few pixels twice. */
  private static boolean inSevens(long pixels) {
    return pixels % 7 == 0 && pixels % 8 != 0 && pixels < 64;
  }

  public PointwisePlan(
      ProductKernels kernels, PrepareRequest request, TensorSpec srcSpec, int leastParts) {
    this.kernels = kernels;
    epilogue = Epilogue.of(request, request.dst(), kernels.lanes());
    Convolution c = request.convolution();
    var weights =
        new WeightsView(CopiedWeights.of(c, request.weights()), c, request.geometry().axes());
    in = weights.inPerGroup();
    out = weights.outPerGroup();
    pixels = Math.toIntExact(srcSpec.shape().elementCount() / in);
    // Eight pixels a power of two apart would share the same few sets of a first-level cache.
    pitch = in >= 256 && in % 256 == 0 ? in + 16 : in;
    int panelFloats = in <= SMALL_INPUTS ? SMALL_PANEL_FLOATS : PANEL_FLOATS;
    int most = Math.min(panelFloats / pitch, Math.ceilDiv(pixels, leastParts));
    chunk = Math.max(LEAST_CHUNK, most / LEAST_CHUNK * LEAST_CHUNK);
    bias = PaddedBias.of(request, 1, out, out);
    wide = kernels.pointwise(2, in, inSevens(pixels), epilogue.postOps());
    narrow = kernels.pointwise(1, in, inSevens(pixels), epilogue.postOps());
    int lanes = kernels.lanes();
    int floats = 0;
    for (int begin = 0; begin < out; begin += 2 * lanes) {
      // The last vector begins early and computes some channels twice.
      int first = Math.min(begin, out - lanes);
      int second = Math.min(begin + lanes, out - lanes);
      boolean two = out - begin > lanes;
      blocks.add(new ProductTile.Block(first, two ? second - first : 0, floats));
      floats = Math.addExact(floats, Math.multiplyExact(in, two ? 2 * lanes : lanes));
    }
    segments = Math.clamp(Math.ceilDiv(leastParts, chunkCount()), 1, blocks.size());
    packed = new float[floats];
    int at = 0;
    for (ProductTile.Block block : blocks) {
      for (int ic = 0; ic < in; ic++) {
        for (int v = 0; v <= Integer.signum(block.second()); v++) {
          for (int lane = 0; lane < lanes; lane++) {
            packed[at++] = weights.at(0, block.first() + v * block.second() + lane, ic, 0);
          }
        }
      }
    }
  }

  private int chunkCount() {
    return Math.ceilDiv(pixels, chunk);
  }

  @Override
  public String name() {
    return "pointwise";
  }

  @Override
  public long weightsByteSize() {
    return ((long) packed.length + bias.length) * Float.BYTES;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public PointwiseScratch newScratch() {
    return new PointwiseScratch(
        new EpilogueArguments(epilogue, kernels.lanes()),
        Math.multiplyExact(Math.min(chunk, pixels), pitch));
  }

  @Override
  public int partCount() {
    return chunkCount() * segments;
  }

  @Override
  public void runPart(int part, PointwiseScratch scratch, MemorySegment from, MemorySegment to) {
    int index = part / segments;
    // The last chunk begins early rather than be too short for a block of pixels.
    int begin = Math.max(0, Math.min(index * chunk, pixels - RegisterBlock.MOST_PIXELS));
    int count = Math.min((index + 1) * chunk, pixels) - begin;
    if (!scratch.holds(index)) {
      load(begin, count, scratch, from);
      scratch.filledWith(index);
    }
    int segment = part % segments;
    int first = (int) ((long) blocks.size() * segment / segments);
    int last = (int) ((long) blocks.size() * (segment + 1) / segments);
    for (int b = first; b < last; b++) {
      ProductTile.Block block = blocks.get(b);
      ProductTile tile = scratch.tile;
      tile.first = block.first();
      tile.second = block.second();
      tile.packedFrom = block.packedFrom();
      (block.second() == 0 ? narrow : wide).run(tile, to);
    }
  }

  /** Copies the pixels of a chunk into the panel. */
  private void load(int begin, int count, PointwiseScratch scratch, MemorySegment from) {
    long at = (long) begin * in * Float.BYTES;
    if (pitch == in) {
      MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, at, scratch.panel, 0, count * in);
    } else {
      for (int p = 0; p < count; p++) {
        MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, at, scratch.panel, p * pitch, in);
        at += (long) in * Float.BYTES;
      }
    }
    ProductTile tile = scratch.tile;
    tile.panel = scratch.panel;
    tile.pitch = pitch;
    tile.packed = packed;
    tile.bias = bias;
    tile.depth = in;
    tile.out = out;
    tile.count = count;
    tile.dstBegin = (long) begin * out;
  }
}

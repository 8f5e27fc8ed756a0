package io.github.conv4j.internal.vector.product;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.AxisPhases;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.WeightsView;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pointwise layers, exact on integers: {@code dst[pixels][oc] = src[pixels][ic] * weights}. All
 * distances are regular, which spares the lists of {@link DirectPlan} and half of the time where
 * channels are few. With strides the pixels that count are brought side by side first. Where
 * kernels with post-ops would be slow, sums wait for a pass. Both lie in the scratchpad.
 */
public final class PointwisePlan implements Plan<PointwiseScratch> {
  /** The source values of a chunk leave room for weights in a second-level cache. */
  private static final int NEAR_FLOATS = 1 << 15;

  /** Their copy stays in a first-level cache, unless there are many channels. */
  private static final int NEAR_COPIED_FLOATS = 1 << 13;

  /**
   * Sums of a chunk that wait for their post-ops leave room for its source values there, unless
   * there are many output channels.
   */
  private static final int WAITING_FLOATS = 1 << 14;

  /** A multiple of what blocks have: four, six, eight or twelve pixels. */
  private static final int LEAST_CHUNK = 72;

  private static final int[] ONE_TAP = {0};

  private final ProductKernels kernels;
  private final Epilogue epilogue;
  private final int pixels;
  private final int in;
  private final int out;
  private final int chunk;

  /** Into how many parts a chunk's blocks of output channels are cut. */
  private final int segments;

  /** What takes the sums of a chunk through post-ops; null where the kernels do as they store. */
  private final @Nullable SumRowsKernel pass;

  /** Whether the pass takes a chunk as one row, since it need not know of channels. */
  private final boolean isFlat;

  /** What brings the source values of a chunk side by side; null where they are. */
  private final @Nullable StridedPixels strided;

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
    long pixels = dst.shape().elementCount() / c.outChannels();
    return (AxisPhases.isPointwise(axes)
            ? kernels.takesPointwise(c.inChannels(), c.outChannels(), pixels)
            : isStrided(c, axes)
                && kernels.takesStrided(
                    c.inChannels(), c.outChannels(), pixels, axes.getLast().dst()))
        && c.groups() == 1
        && (c.outChannels() >= kernels.lanes()
            || kernels.pointwiseTogether(c.outChannels(), pixels) > 1)
        && pixels >= RegisterBlock.PIXELS
        && Activation.isDenseChannelsLast(src)
        && Activation.isDenseChannelsLast(dst);
  }

  /** Whether each output meets one pixel; steps may leave out the last ones. */
  private static boolean isStrided(Convolution c, List<Geometry.Axis> axes) {
    return !c.isTransposed()
        && axes.stream().allMatch(a -> a.kernel() == 1 && a.begin() == 0 && a.end() <= 0);
  }

  public PointwisePlan(
      ProductKernels kernels, PrepareRequest request, TensorSpec srcSpec, int leastParts) {
    this.kernels = kernels;
    Convolution c = request.convolution();
    var weights =
        new WeightsView(CopiedWeights.of(c, request.weights()), c, request.geometry().axes());
    in = weights.inPerGroup();
    out = weights.outPerGroup();
    pixels = Math.toIntExact(request.dst().shape().elementCount() / out);
    List<Geometry.Axis> axes = request.geometry().axes();
    strided = AxisPhases.isPointwise(axes) ? null : StridedPixels.of(Activation.of(srcSpec), axes);
    int together = kernels.pointwiseTogether(out, pixels);
    epilogue =
        Epilogue.of(request, request.dst(), together > 1 ? (together - 1) * out : kernels.lanes());
    PostOps postOps = epilogue.forms();
    boolean passes = !postOps.isEmpty() && !kernels.pointwiseTakesPostOps();
    int nearFloats = kernels.pointwiseTakesCopies() ? NEAR_COPIED_FLOATS : NEAR_FLOATS;
    int near = Math.min(nearFloats / in, passes ? WAITING_FLOATS / out : Integer.MAX_VALUE);
    int most = Math.min(near, Math.ceilDiv(pixels, leastParts));
    chunk = Math.max(LEAST_CHUNK, most / LEAST_CHUNK * LEAST_CHUNK);
    bias = PaddedBias.of(request, 1, out, together * out);
    PostOps inKernels = passes ? PostOps.none() : postOps;
    pass = passes ? kernels.sumRows(postOps) : null;
    ChannelBlocks channels =
        kernels.pointwiseBlocks(out, pixels, Math.ceilDiv(leastParts, chunkCount()));
    int floats = 0;
    for (ChannelBlocks.Block block : channels.blocks()) {
      blocks.add(
          new ProductTile.Block(
              kernels.pointwise(channels.vectors(block), out, pixels, inKernels), block, floats));
      floats = Math.addExact(floats, Math.multiplyExact(in, channels.width(block)));
    }
    segments = Math.clamp(Math.ceilDiv(leastParts, chunkCount()), 1, blocks.size());
    isFlat = segments == 1 && !Epilogue.hasEachChannel(postOps);
    packed = new float[floats];
    for (ProductTile.Block block : blocks) {
      channels.pack(block.channels(), weights, 0, ONE_TAP, packed, block.packedFrom());
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
  public long scratchpadByteSize() {
    long inChunk = Math.min(chunk, pixels);
    return (sumsPerPixel() + (strided == null ? 0 : in)) * inChunk * Float.BYTES;
  }

  private long sumsPerPixel() {
    return pass == null ? 0 : out;
  }

  @Override
  public PointwiseScratch newScratch() {
    int copied = kernels.pointwiseTakesCopies() ? Math.min(chunk, pixels) : 0;
    return new PointwiseScratch(
        new EpilogueArguments(epilogue, kernels.lanes()),
        copied * in,
        sumsPerPixel() * Math.min(chunk, pixels) * Float.BYTES);
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
    ProductTile tile = scratch.tile;
    tile.packed = packed;
    tile.bias = bias;
    tile.depth = in;
    tile.out = out;
    tile.count = count;
    tile.srcBegin = strided == null ? (long) begin * in : 0;
    MemorySegment source = strided == null ? from : scratch.source;
    if (!scratch.holds(index)) {
      if (strided != null) {
        strided.copy(from, begin, count, source);
      }
      if (kernels.pointwiseTakesCopies()) {
        long at = tile.srcBegin * Float.BYTES;
        MemorySegment.copy(source, JAVA_FLOAT, at, tile.panel, 0, count * in);
      }
      scratch.filledWith(index);
    }
    long dstBegin = (long) begin * out;
    tile.dstBegin = pass == null ? dstBegin : 0;
    MemorySegment target = pass == null ? to : scratch.sums;
    int segment = part % segments;
    int first = (int) ((long) blocks.size() * segment / segments);
    int last = (int) ((long) blocks.size() * (segment + 1) / segments);
    for (int b = first; b < last; b++) {
      ProductTile.Block block = blocks.get(b);
      tile.first = block.channels().begin();
      tile.apart = block.channels().apart();
      tile.packedFrom = block.packedFrom();
      block.kernel().run(tile, source, target);
    }
    if (pass != null) {
      ChannelBlocks.Block end = blocks.get(last - 1).channels();
      int channel = blocks.get(first).channels().begin();
      int channels = end.begin() + end.count() - channel;
      SumRows rows = scratch.rows;
      rows.rows = isFlat ? 1 : count;
      rows.length = isFlat ? count * out : channels;
      rows.step = out;
      rows.first = channel;
      rows.sumsBegin = channel;
      rows.dstBegin = dstBegin + channel;
      pass.run(rows, scratch.sums, to);
    }
  }
}

package io.github.conv4j.internal.vector.winograd;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.WeightsView;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Winograd's algorithm for 3x3 kernels of stride 1, the fewer products of {@link WinogradTile}
 * instead of nine an output. A part transforms the source of a group of tiles, multiplies each
 * point with its weights, and transforms the products to outputs; tiles beyond an edge go through a
 * patch of memory of their own, so that nothing outside a tensor is read or written.
 *
 * <p><b>Errors.</b> Not exact on integers; see {@link io.github.conv4j.engine.Accuracy#RELAXED}. A
 * source value that is infinite or not a number makes every output of its tiles not a number.
 */
public final class WinogradPlan implements Plan<WinogradScratch> {
  private final WinogradTile tile;
  private final Activation src;
  private final Activation dst;
  private final WinogradShape shape;
  private final Epilogue epilogue;
  private final WinogradProducts products;
  private final TileOutputKernel output;
  private final TileOutputKernel plainOutput;
  private final PixelCopyKernel copy;
  private final float[] packed;
  private final float[] bias;
  private final int lanes;
  private final int groups;
  private final int tileColumns;
  private final int tilesPerImage;
  private final long tileCount;

  /** What the first tap meets for the first output: below 0 in padding. */
  private final long firstRow;

  private final long firstColumn;

  /** Whether this plan can compute the problem; the tensors have neighbouring channels. */
  public static boolean serves(int lanes, PrepareRequest request) {
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    return axes.size() == 2
        && c.padding().mode() == PaddingMode.ZEROS
        && axes.stream().allMatch(a -> a.kernel() == 3 && a.stride() == 1 && a.dilation() == 1)
        && c.inChannels() / c.groups() >= lanes
        && c.outChannels() / c.groups() >= lanes;
  }

  public WinogradPlan(
      WinogradTile tile,
      int lanes,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.tile = tile;
    this.src = Activation.of(srcSpec);
    this.dst = Activation.of(dstSpec);
    this.lanes = lanes;
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    var weights = new WeightsView(CopiedWeights.of(c, request.weights()), c, axes);
    this.groups = weights.groups();
    this.tileColumns = Math.ceilDiv(dst.w(), tile.outputs());
    this.tilesPerImage = Math.multiplyExact(Math.ceilDiv(dst.h(), tile.outputs()), tileColumns);
    this.tileCount = Math.multiplyExact((long) dst.n(), tilesPerImage);
    this.firstRow = firstPosition(axes.get(0), c.isTransposed());
    this.firstColumn = firstPosition(axes.get(1), c.isTransposed());
    this.shape =
        new WinogradShape(
            weights.inPerGroup(),
            weights.outPerGroup(),
            tile.points(),
            tileCount,
            lanes,
            Math.ceilDiv(leastParts, groups));
    this.epilogue = Epilogue.of(request, dstSpec, lanes);
    this.output = TileOutputText.kernel(tile, epilogue.forms());
    this.plainOutput = TileOutputText.kernel(tile, PostOps.none());
    this.copy = TileOutputText.copy(epilogue.forms());
    this.products = new WinogradProducts(shape, lanes);
    this.packed = WinogradWeights.packed(weights, tile, shape, lanes, c.isTransposed());
    this.bias = PaddedBias.of(request, groups, shape.oc, shape.oc);
  }

  /** A transposed convolution of stride 1 is one with the taps turned round. */
  private static long firstPosition(Geometry.Axis axis, boolean transposed) {
    return transposed ? axis.begin() - axis.kernel() + 1 : -axis.begin();
  }

  @Override
  public String name() {
    return tile.planName();
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
    return zerosOffset() + zerosByteSize();
  }

  /** Zeros for one row of a tile come after the patch, which outputs share. */
  private long zerosOffset() {
    return (long) tile.points() * Math.max(shape.ic, shape.oc) * Float.BYTES;
  }

  private long zerosByteSize() {
    return (long) tile.size * Math.max(shape.ic, shape.oc) * Float.BYTES;
  }

  @Override
  public WinogradScratch newScratch() {
    return new WinogradScratch(
        new EpilogueArguments(epilogue, lanes),
        shape.panelFloats(),
        shape.sumsFloats(),
        tile.points() * lanes,
        zerosOffset(),
        zerosByteSize());
  }

  @Override
  public int partCount() {
    return Math.multiplyExact(groups, shape.tileGroups * shape.segments);
  }

  @Override
  public void runPart(int part, WinogradScratch scratch, MemorySegment from, MemorySegment to) {
    int tileGroup = part / shape.segments;
    int group = tileGroup / shape.tileGroups;
    long begin = (long) (tileGroup % shape.tileGroups) * shape.tiles;
    int count = (int) Math.min(shape.tiles, tileCount - begin);
    if (count <= 0) {
      return;
    }
    if (!scratch.holds(tileGroup)) {
      for (int t = 0; t < count; t++) {
        transformSource(begin + t, t, group, scratch, from);
      }
      scratch.filledWith(tileGroup);
    }
    int ocBegin = shape.segmentBegin(part % shape.segments);
    int ocEnd = shape.segmentBegin(part % shape.segments + 1);
    int packedFrom = group * shape.packedFloats();
    scratch.touched = products.run(scratch.product, count, packed, packedFrom, ocBegin, ocEnd);
    for (int t = 0; t < count; t++) {
      transformProducts(begin + t, t, group, ocBegin, ocEnd - ocBegin, scratch, to);
    }
  }

  private void transformSource(
      long tileIndex, int t, int group, WinogradScratch scratch, MemorySegment from) {
    int n = (int) (tileIndex / tilesPerImage);
    int inImage = (int) (tileIndex % tilesPerImage);
    long h = firstRow + (long) (inImage / tileColumns) * tile.outputs();
    long w = firstColumn + (long) (inImage % tileColumns) * tile.outputs();
    long image = n * src.sn() + (long) group * shape.ic;
    int to = t * shape.panelPitch;
    if (h >= 0 && w >= 0 && h + tile.size <= src.h() && w + tile.size <= src.w()) {
      input(scratch, from, image + h * src.sh() + w * src.sw(), src.sh(), src.sw(), to);
    } else {
      fillPatch(from, image, h, w, scratch.patch);
      input(scratch, scratch.patch, 0, (long) tile.size * shape.ic, shape.ic, to);
    }
  }

  private void input(
      WinogradScratch scratch, MemorySegment from, long at, long rowStep, long pixelStep, int to) {
    float[] half = scratch.half;
    float[] panel = scratch.panel;
    if (tile == WinogradTile.OUTPUTS_4X4) {
      VectorWinograd4.input(
          from, at, rowStep, pixelStep, shape.ic, half, panel, to, shape.panelPointStep);
    } else {
      VectorWinograd2.input(
          from, at, rowStep, pixelStep, shape.ic, half, panel, to, shape.panelPointStep);
    }
  }

  /** Copies the source pixels of a tile, with zeros where there are none. */
  private void fillPatch(MemorySegment from, long image, long h, long w, MemorySegment patch) {
    long pixelBytes = (long) shape.ic * Float.BYTES;
    long zeros = zerosOffset();
    int before = Math.clamp(-w, 0, tile.size);
    int inside = Math.clamp(src.w() - Math.max(0, w), 0, tile.size - before);
    int after = tile.size - before - inside;
    for (int i = 0; i < tile.size; i++) {
      long to = (long) i * tile.size * pixelBytes;
      long row = h + i;
      if (row < 0 || row >= src.h()) {
        MemorySegment.copy(patch, zeros, patch, to, tile.size * pixelBytes);
        continue;
      }
      MemorySegment.copy(patch, zeros, patch, to, before * pixelBytes);
      to += before * pixelBytes;
      long at = (image + row * src.sh() + (w + before) * src.sw()) * Float.BYTES;
      if (src.sw() == shape.ic && inside > 0) {
        MemorySegment.copy(from, at, patch, to, inside * pixelBytes);
      } else {
        for (int p = 0; p < inside; p++) {
          long pixel = at + p * src.sw() * Float.BYTES;
          MemorySegment.copy(from, pixel, patch, to + p * pixelBytes, pixelBytes);
        }
      }
      MemorySegment.copy(patch, zeros, patch, to + inside * pixelBytes, after * pixelBytes);
    }
  }

  private void transformProducts(
      long tileIndex,
      int t,
      int group,
      int ocBegin,
      int channels,
      WinogradScratch scratch,
      MemorySegment to) {
    int n = (int) (tileIndex / tilesPerImage);
    int inImage = (int) (tileIndex % tilesPerImage);
    int h = inImage / tileColumns * tile.outputs();
    int w = inImage % tileColumns * tile.outputs();
    int channel = group * shape.oc + ocBegin;
    long at = n * dst.sn() + h * dst.sh() + w * dst.sw() + channel;
    int rows = Math.min(tile.outputs(), dst.h() - h);
    int columns = Math.min(tile.outputs(), dst.w() - w);
    int from = t * shape.sumsPitch + ocBegin;
    if (rows == tile.outputs() && columns == tile.outputs()) {
      output(output, scratch, from, channel, channels, to, at, dst.sh(), dst.sw());
      return;
    }
    long patchRow = (long) tile.outputs() * channels;
    output(plainOutput, scratch, from, channel, channels, scratch.patch, 0, patchRow, channels);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        long patchAt = r * patchRow + (long) c * channels;
        scratch.outputs.at = at + r * dst.sh() + c * dst.sw();
        copy.run(scratch.outputs, scratch.patch, patchAt, to);
      }
    }
  }

  private void output(
      TileOutputKernel kernel,
      WinogradScratch scratch,
      int from,
      int channel,
      int channels,
      MemorySegment to,
      long at,
      long rowStep,
      long pixelStep) {
    TileOutputs outputs = scratch.outputs;
    outputs.sumsFrom = from;
    outputs.pointStep = shape.sumsPointStep;
    outputs.bias = bias;
    outputs.channel = channel;
    outputs.channels = channels;
    outputs.at = at;
    outputs.rowStep = rowStep;
    outputs.pixelStep = pixelStep;
    kernel.run(outputs, to);
  }
}

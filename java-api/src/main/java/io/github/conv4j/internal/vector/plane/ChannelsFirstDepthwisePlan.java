package io.github.conv4j.internal.vector.plane;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.PaddedBias;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One 3x3 kernel a channel, of stride 1 and as much padding as dilation, on planes without gaps:
 * each plane is copied between zeros, then its rows are computed four at a time. Exact on integers.
 */
public final class ChannelsFirstDepthwisePlan implements Plan<StencilScratch> {
  /** A quiet NaN, which no copy changes. */
  private static final float ALL_BITS = Float.intBitsToFloat(-1);

  private static final int MOST_PIXELS = 1 << 17;

  /** Enough for any plane whose taps meet it, and no margin overflows. */
  private static final int MOST_DILATION = 1 << 10;

  /** Outputs of one part: about what a core computes in some tens of microseconds. */
  private static final int PART_FLOATS = 1 << 17;

  private final PlaneKernels kernels;
  private final Epilogue epilogue;
  private final StencilKernel stencil;
  private final Activation src;
  private final Activation dst;
  private final float[] packed;
  private final float[] bias;
  private final int dilationDown;
  private final int dilationAcross;
  private final int margin;
  private final float[] left;
  private final float[] right;
  private final int channelsPerPart;
  private final int channelParts;

  /** Whether this plan serves the problem; the rows of the tensors have neighbouring pixels. */
  public static boolean serves(
      PlaneKernels kernels,
      Convolution c,
      List<Geometry.Axis> axes,
      TensorSpec srcSpec,
      TensorSpec dstSpec) {
    if (c.groups() != c.inChannels()
        || c.groups() != c.outChannels()
        || c.padding().mode() != PaddingMode.ZEROS
        || c.isTransposed()
        || axes.size() != 2
        || !axes.stream().allMatch(ChannelsFirstDepthwisePlan::keepsSize)) {
      return false;
    }
    Activation src = Activation.of(srcSpec);
    return src.sh() == src.w()
        && Activation.of(dstSpec).sh() == src.w()
        && (long) src.h() * src.w() <= MOST_PIXELS
        && kernels.takesPlane(src.w(), src.h(), (int) axes.getFirst().dilation());
  }

  private static boolean keepsSize(Geometry.Axis a) {
    return a.kernel() == 3
        && a.stride() == 1
        && a.dilation() <= MOST_DILATION
        && a.begin() == a.dilation()
        && a.src() == a.dst();
  }

  public ChannelsFirstDepthwisePlan(
      PlaneKernels kernels,
      PrepareRequest request,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      int leastParts) {
    this.kernels = kernels;
    this.epilogue = Epilogue.of(request, dstSpec, kernels.blockPixels());
    this.stencil = kernels.stencil(epilogue.forms());
    this.src = Activation.of(srcSpec);
    this.dst = Activation.of(dstSpec);
    this.packed = CopiedWeights.of(request.convolution(), request.weights());
    this.bias = PaddedBias.of(request, 1, src.c(), src.c());
    int width = src.w();
    this.dilationDown = dilation(request, 0);
    this.dilationAcross = dilation(request, 1);
    this.margin = dilationDown * width + dilationAcross;
    this.left = new float[width + kernels.blockPixels()];
    this.right = new float[width + kernels.blockPixels()];
    for (int i = 0; i < left.length; i++) {
      left[i] = i % width < dilationAcross ? 0 : ALL_BITS;
      right[i] = i % width >= width - dilationAcross ? 0 : ALL_BITS;
    }
    int most = Math.clamp(PART_FLOATS / ((long) width * src.h()), 1, src.c());
    this.channelParts =
        Math.clamp(Math.ceilDiv(leastParts, dst.n()), Math.ceilDiv(src.c(), most), src.c());
    this.channelsPerPart = Math.ceilDiv(src.c(), channelParts);
  }

  private static int dilation(PrepareRequest request, int axis) {
    return (int) request.geometry().axes().get(axis).dilation();
  }

  @Override
  public String name() {
    return "planes depthwise";
  }

  @Override
  public long weightsByteSize() {
    return (packed.length + bias.length) * (long) Float.BYTES;
  }

  @Override
  public Epilogue epilogue() {
    return epilogue;
  }

  @Override
  public StencilScratch newScratch() {
    return new StencilScratch(
        new EpilogueArguments(epilogue, kernels.blockPixels()),
        2 * margin + src.w() * src.h() + kernels.blockPixels());
  }

  @Override
  public int partCount() {
    return channelParts * dst.n();
  }

  @Override
  public void runPart(int part, StencilScratch scratch, MemorySegment from, MemorySegment to) {
    int n = part / channelParts;
    int begin = part % channelParts * channelsPerPart;
    PlaneKernels.Stencil job = scratch.stencil;
    job.width = src.w();
    job.height = src.h();
    job.dilationDown = dilationDown;
    job.dilationAcross = dilationAcross;
    job.margin = margin;
    job.left = left;
    job.right = right;
    job.packed = packed;
    job.bias = bias;
    job.rowBlocks = Math.ceilDiv(src.h(), kernels.stencilRows() * dilationDown);
    job.lastColumn = Math.max(0, src.w() - kernels.lanes());
    job.lastPixel =
        (src.h() - (kernels.stencilRows() - 1) * dilationDown) * src.w() - kernels.lanes();
    int end = Math.min(begin + channelsPerPart, src.c());
    for (int c = begin; c < end; c++) {
      long at = n * src.sn() + c * src.sc();
      kernels.loadPlane(from, at, scratch.panel, margin, src.w() * src.h());
      stencil.run(job, scratch.panel, c, n * dst.sn() + c * dst.sc(), to);
    }
  }
}

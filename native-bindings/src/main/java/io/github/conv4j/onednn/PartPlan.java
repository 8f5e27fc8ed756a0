package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.internal.compose.Window;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One way to cut a problem into problems for several threads, each a primitive of one thread on a
 * part of the tensors.
 *
 * @param name what the parts are, for {@code explain}
 * @param parts the problems
 */
record PartPlan(String name, List<Part> parts) {
  /** Blocks of oneDNN's kernels: fewer output channels would leave vectors half empty. */
  private static final long CHANNEL_BLOCK = 16;

  /** A cut of the same kind may leave one thread this much more work than its share. */
  private static final double BALANCED = 1.06;

  /**
   * One part.
   *
   * @param problem what is computed
   * @param src the part of src that is read
   * @param dst the part of dst, or a dense copy of it
   * @param srcOffset where the part begins in src, in elements
   * @param dstOffset where the part begins in dst, in elements
   * @param channels the output channels
   * @param copyPitch 0 if the primitive writes into dst; else it writes a dense copy, whose pixels
   *     are then put into dst, so many elements apart
   */
  record Part(
      NativeProblem problem,
      TensorSpec src,
      TensorSpec dst,
      long srcOffset,
      long dstOffset,
      Window.Range channels,
      long copyPitch) {

    /** The part of a weights or bias tensor that belongs to the part's output channels. */
    @Nullable Tensor parameters(@Nullable Tensor whole, int channelDim) {
      if (whole == null || whole.spec().shape().dim(channelDim) == channels.count()) {
        return whole;
      }
      long[] strides = whole.spec().strides();
      TensorSpec spec =
          TensorSpec.of(
              whole.spec().dataType(),
              Layout.strided(strides),
              whole.spec().shape().with(channelDim, channels.count()));
      MemorySegment from =
          whole.segment().asSlice(channels.begin() * strides[channelDim] * Float.BYTES);
      return Tensor.wrap(spec, from);
    }
  }

  /**
   * Returns the ways to cut a problem, the most promising first.
   *
   * @param src the whole src, plain or strided
   * @param dst the whole dst, plain or strided
   * @param count how many parts
   */
  static List<PartPlan> of(NativeProblem problem, TensorSpec src, TensorSpec dst, int count) {
    List<PartPlan> ways = new ArrayList<>();
    long images = src.shape().dim(0);
    long rows = problem.convolution().isTransposed() ? 0 : dst.shape().dim(2);
    if (isBalanced(images, count)) {
      ways.add(images(problem, src, dst, count));
    }
    if (images == 1 && isBalanced(rows, count) && rows >= 2L * count) {
      ways.add(rows(problem, src, dst, count));
    }
    if (canCutChannels(problem, dst, count)) {
      ways.add(channels(problem, src, dst, count));
    }
    if (ways.isEmpty() && images == 1 && rows >= 2L * count) {
      ways.add(rows(problem, src, dst, count));
    }
    return ways;
  }

  private static boolean isBalanced(long size, int count) {
    return size >= count && Math.ceilDiv(size, count) * count <= BALANCED * size;
  }

  private static boolean canCutChannels(NativeProblem problem, TensorSpec dst, int count) {
    return problem.convolution().groups() == 1
        && dst.layout() instanceof Layout.Plain plain
        && (plain.isChannelsLast() || dst.shape().dim(0) == 1)
        && problem.convolution().outChannels() >= CHANNEL_BLOCK * count;
  }

  /** Piece {@code i} of {@code count} pieces of {@code size}, cut at multiples of {@code unit}. */
  private static Window.Range piece(long size, int count, int i, long unit) {
    long units = Math.ceilDiv(size, unit);
    long begin = Math.min(size, units * i / count * unit);
    long end = Math.min(size, units * (i + 1) / count * unit);
    return new Window.Range(begin, end - begin);
  }

  private static PartPlan images(NativeProblem problem, TensorSpec src, TensorSpec dst, int count) {
    return new PartPlan(
        "images",
        IntStream.range(0, count)
            .mapToObj(i -> piece(src.shape().dim(0), count, i, 1))
            .map(
                range ->
                    new Part(
                        problem,
                        src.withShape(src.shape().with(0, range.count())),
                        dst.withShape(dst.shape().with(0, range.count())),
                        range.begin() * src.strides()[0],
                        range.begin() * dst.strides()[0],
                        allChannels(problem),
                        0))
            .toList());
  }

  private static Window.Range allChannels(NativeProblem problem) {
    return new Window.Range(0, problem.convolution().outChannels());
  }

  private static PartPlan rows(NativeProblem problem, TensorSpec src, TensorSpec dst, int count) {
    return new PartPlan(
        "rows",
        IntStream.range(0, count)
            .mapToObj(i -> rows(problem, src, dst, piece(dst.shape().dim(2), count, i, 1)))
            .toList());
  }

  private static Part rows(
      NativeProblem problem, TensorSpec src, TensorSpec dst, Window.Range outputs) {
    AxisPlan all = problem.axes().getFirst();
    AxisPlan axis = all.part(outputs);
    List<AxisPlan> axes = new ArrayList<>(problem.axes());
    // Where a part lies says nothing about its kernel: equal parts are compiled once.
    axes.set(0, axis.fromZero());
    return new Part(
        new NativeProblem(problem.convolution(), axes),
        part(src, axis.src().count()),
        part(dst, axis.dst().count()),
        (axis.src().begin() - all.src().begin()) * src.strides()[2],
        (axis.dst().begin() - all.dst().begin()) * dst.strides()[2],
        allChannels(problem),
        0);
  }

  /** Rows of the only image: dense where channels come last, else with the strides of the whole. */
  private static TensorSpec part(TensorSpec whole, long rows) {
    Shape shape = whole.shape().with(2, rows);
    return whole.layout() instanceof Layout.Plain plain && plain.isChannelsLast()
        ? whole.withShape(shape)
        : TensorSpec.of(whole.dataType(), Layout.strided(whole.strides()), shape);
  }

  private static PartPlan channels(
      NativeProblem problem, TensorSpec src, TensorSpec dst, int count) {
    boolean dense = ((Layout.Plain) dst.layout()).isChannelsLast();
    long copyPitch = dense ? dst.shape().dim(1) : 0;
    return new PartPlan(
        "output channels",
        IntStream.range(0, count)
            .mapToObj(i -> piece(dst.shape().dim(1), count, i, CHANNEL_BLOCK))
            .map(
                range ->
                    new Part(
                        new NativeProblem(
                            withOutChannels(problem.convolution(), range.count()), problem.axes()),
                        src,
                        dst.withShape(dst.shape().with(1, range.count())),
                        0,
                        range.begin() * dst.strides()[1],
                        range,
                        copyPitch))
            .toList());
  }

  /** What a {@link NativeProblem} looks at: the axes say the rest. */
  private static Convolution withOutChannels(Convolution whole, long outChannels) {
    long in = whole.inChannels();
    Convolution.Builder builder =
        switch (whole.spatialRank()) {
          case 1 ->
              whole.isTransposed()
                  ? Convolution.transposed1d(in, outChannels)
                  : Convolution.conv1d(in, outChannels);
          case 2 ->
              whole.isTransposed()
                  ? Convolution.transposed2d(in, outChannels)
                  : Convolution.conv2d(in, outChannels);
          default ->
              whole.isTransposed()
                  ? Convolution.transposed3d(in, outChannels)
                  : Convolution.conv3d(in, outChannels);
        };
    return builder
        .kernel(LongStream.range(0, whole.spatialRank()).map(i -> whole.kernel((int) i)).toArray())
        .bias(whole.hasBias())
        .flippedKernel(whole.isKernelFlipped())
        .build();
  }
}

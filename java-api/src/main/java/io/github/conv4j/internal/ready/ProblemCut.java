package io.github.conv4j.internal.ready;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOp;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * A part of a problem that is much less work: {@link #of} keeps channels and weights, and fewer
 * images, then fewer slices, rows or, of a single row, columns; {@link CompilationCut} cuts
 * channels too.
 *
 * @param request the part
 * @param share of the whole's products, below 1
 */
public record ProblemCut(PrepareRequest request, double share) {
  /** Enough for a time that tells something about the whole. */
  public static final long PRODUCTS_FOR_AN_ESTIMATE = 2_000_000;

  /** A larger share is not worth a trial of its own. */
  private static final double LARGEST_SHARE = 0.25;

  /** With fewer, what happens at the edges would weigh too much. */
  private static final long LEAST_ROWS = 4;

  /** Rows are what the kernels run along: they are cut only where they are very long. */
  private static final double LONG_ROWS = 8;

  private static final long LEAST_COLUMNS = 64;

  /**
   * Returns a part, or null if the problem is small or can hardly be made smaller.
   *
   * @param wanted about how many products it should have; it may have more
   */
  public static @Nullable ProblemCut of(PrepareRequest whole, long wanted) {
    Convolution c = whole.convolution();
    long products = c.multiplications(whole.src().shape());
    if (products * LARGEST_SHARE < wanted
        || hasLargeConstant(c)
        || !(whole.src().layout() instanceof Layout.Plain)
        || !(whole.dst().layout() instanceof Layout.Plain)) {
      return null;
    }
    long imageCount = whole.src().shape().dim(0);
    double surplus = (double) products / wanted;
    long images = Math.max(1, (long) (imageCount / surplus));
    surplus /= (double) imageCount / images;
    var source = new CutSource(whole);
    source.keepImages(images);
    for (int i = 0; i < c.spatialRank() && surplus > 1; i++) {
      boolean last = i == c.spatialRank() - 1;
      if (last && i > 0 && surplus < LONG_ROWS) {
        break;
      }
      long size = source.size(i);
      long kept = Math.max(last ? LEAST_COLUMNS : LEAST_ROWS, (long) (size / surplus));
      if (kept < size) {
        source.keep(i, kept);
        surplus *= (double) kept / size;
      }
    }
    return of(whole, source, builder(c), whole.weights(), whole.bias());
  }

  /** Whether an operand of the request is as large as dst, and would have to be cut too. */
  private static boolean hasLargeConstant(Convolution c) {
    return c.postOps().requestOperands().stream()
        .anyMatch(operand -> operand.extent() == PostOp.Extent.FULL);
  }

  /**
   * Returns the part with what is left of the source, or null if that does not fit the rest of the
   * description, or is not much less.
   */
  static @Nullable ProblemCut of(
      PrepareRequest whole,
      CutSource source,
      Convolution.Builder builder,
      Tensor weights,
      @Nullable Tensor bias) {
    try {
      Shape src = source.shape();
      Convolution convolution = builder.padding(source.padding()).build();
      long products = whole.convolution().multiplications(whole.src().shape());
      double share = (double) convolution.multiplications(src) / products;
      if (share > LARGEST_SHARE) {
        return null;
      }
      var request =
          PrepareRequest.of(
              ConvolutionRequest.of(convolution, spec(whole.src(), src))
                  .withDst(spec(whole.dst(), convolution.outputShape(src)))
                  .withParameters(weights, bias)
                  .withOperands(whole.operands()));
      return new ProblemCut(request, share);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Without the size of the result, which the padding tells. */
  private static Convolution.Builder builder(Convolution c) {
    return builder(c, c.inChannels(), c.outChannels()).groups(c.groups());
  }

  /** The same description of other channels, without groups, padding and the size of the result. */
  static Convolution.Builder builder(Convolution c, long in, long out) {
    int rank = c.spatialRank();
    Convolution.Builder builder =
        switch (rank) {
          case 1 ->
              c.isTransposed() ? Convolution.transposed1d(in, out) : Convolution.conv1d(in, out);
          case 2 ->
              c.isTransposed() ? Convolution.transposed2d(in, out) : Convolution.conv2d(in, out);
          default ->
              c.isTransposed() ? Convolution.transposed3d(in, out) : Convolution.conv3d(in, out);
        };
    long[] kernel = new long[rank];
    long[] stride = new long[rank];
    long[] dilation = new long[rank];
    for (int i = 0; i < rank; i++) {
      kernel[i] = c.kernel(i);
      stride[i] = c.stride(i);
      dilation[i] = c.dilation(i);
    }
    return builder
        .kernel(kernel)
        .stride(stride)
        .dilation(dilation)
        .bias(c.hasBias())
        .flippedKernel(c.isKernelFlipped())
        .postOps(c.postOps())
        .fpmathMode(c.fpmathMode());
  }

  private static TensorSpec spec(TensorSpec whole, Shape shape) {
    return TensorSpec.of(whole.dataType(), whole.layout(), shape);
  }
}

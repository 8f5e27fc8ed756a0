package io.github.conv4j.internal.ready;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.Padding;
import io.github.conv4j.PostOp;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a problem that is much less work and takes the same code: fewer images, then fewer
 * slices, rows or, of a single row, columns; the same channels and weights.
 *
 * @param request the part
 * @param share of the whole's products, below 1
 */
public record ProblemCut(PrepareRequest request, double share) {
  /** Enough for a time that tells something about the whole. */
  public static final long PRODUCTS_FOR_AN_ESTIMATE = 2_000_000;

  /** Uncompiled Java code takes some 10 ns a product: soon the JIT compiler sees many calls. */
  public static final long PRODUCTS_FOR_COMPILATION = 250_000;

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
    long[] dims = whole.src().shape().dims();
    List<Geometry.Axis> axes = whole.geometry().axes();
    long[] begins = axes.stream().mapToLong(Geometry.Axis::begin).toArray();
    long[] ends = axes.stream().mapToLong(Geometry.Axis::end).toArray();
    double surplus = (double) products / wanted;
    long images = Math.max(1, (long) (dims[0] / surplus));
    surplus /= (double) dims[0] / images;
    dims[0] = images;
    for (int i = 0; i < axes.size() && surplus > 1; i++) {
      Geometry.Axis axis = axes.get(i);
      boolean last = i == axes.size() - 1;
      if (last && i > 0 && surplus < LONG_ROWS) {
        break;
      }
      long size = c.isTransposed() ? axis.src() : axis.dst();
      long kept = Math.max(last ? LEAST_COLUMNS : LEAST_ROWS, (long) (size / surplus));
      if (kept >= size) {
        continue;
      }
      if (c.isTransposed()) {
        dims[i + 2] = kept;
      } else {
        // Wide padding would leave mostly padding to such a small source.
        begins[i] = Math.min(1, axis.begin());
        ends[i] = Math.clamp(axis.end(), 0, 1);
        dims[i + 2] = (kept - 1) * axis.stride() + axis.span() - begins[i] - ends[i];
      }
      surplus *= (double) kept / size;
    }
    try {
      return of(whole, products, Shape.of(dims), begins, ends);
    } catch (IllegalArgumentException e) {
      return null; // the smaller source does not fit the rest of the description
    }
  }

  /** Whether an operand of the request is as large as dst, and would have to be cut too. */
  private static boolean hasLargeConstant(Convolution c) {
    return c.postOps().requestOperands().stream()
        .anyMatch(operand -> operand.extent() == PostOp.Extent.FULL);
  }

  private static @Nullable ProblemCut of(
      PrepareRequest whole, long products, Shape src, long[] begins, long[] ends) {
    Convolution convolution =
        builder(whole.convolution())
            .padding(Padding.asymmetric(begins, ends).mode(whole.convolution().padding().mode()))
            .build();
    double share = (double) convolution.multiplications(src) / products;
    if (share > LARGEST_SHARE) {
      return null;
    }
    var request =
        PrepareRequest.of(
            ConvolutionRequest.of(convolution, spec(whole.src(), src))
                .withDst(spec(whole.dst(), convolution.outputShape(src)))
                .withParameters(whole.weights(), whole.bias())
                .withOperands(whole.operands()));
    return new ProblemCut(request, share);
  }

  /** Without the size of the result, which the padding tells. */
  private static Convolution.Builder builder(Convolution c) {
    int rank = c.spatialRank();
    Convolution.Builder builder =
        switch (rank) {
          case 1 ->
              c.isTransposed()
                  ? Convolution.transposed1d(c.inChannels(), c.outChannels())
                  : Convolution.conv1d(c.inChannels(), c.outChannels());
          case 2 ->
              c.isTransposed()
                  ? Convolution.transposed2d(c.inChannels(), c.outChannels())
                  : Convolution.conv2d(c.inChannels(), c.outChannels());
          default ->
              c.isTransposed()
                  ? Convolution.transposed3d(c.inChannels(), c.outChannels())
                  : Convolution.conv3d(c.inChannels(), c.outChannels());
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
        .groups(c.groups())
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

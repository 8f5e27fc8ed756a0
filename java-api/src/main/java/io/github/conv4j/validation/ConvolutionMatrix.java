package io.github.conv4j.validation;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.internal.prepared.PaddingIndex;
import io.github.conv4j.tensor.Shape;
import java.util.Arrays;
import java.util.Objects;

/**
 * A convolution seen as a sparse matrix: {@code conv(x) = C x} on row-major vectors, and the
 * transposed convolution with the same weights is {@code C^T y}. For small problems; bias is left
 * out.
 *
 * <p>Immutable; entries lie in compressed rows.
 *
 * <p><b>Memory.</b> Arrays on the heap, one entry a product. <b>Threads.</b> Immutable.
 * <b>Errors.</b> What does not fit or would be too large is refused with {@link
 * IllegalArgumentException}, an entry that there is not with {@link IndexOutOfBoundsException}.
 *
 * @see <a href="https://arxiv.org/abs/1603.07285">Dumoulin, Visin: A guide to convolution
 *     arithmetic for deep learning (2016), section 4.1</a>
 */
public final class ConvolutionMatrix {
  private static final long MOST_ENTRIES = 1 << 24;

  private final Shape src;
  private final Shape dst;
  private final int[] rowStarts;
  private final int[] columns;
  private final double[] values;

  private ConvolutionMatrix(Shape src, Shape dst, int[] rowStarts, int[] columns, double[] values) {
    this.src = src;
    this.dst = dst;
    this.rowStarts = rowStarts;
    this.columns = columns;
    this.values = values;
  }

  /**
   * Builds the matrix of a convolution.
   *
   * @param convolution not transposed; take {@link #multiplyTransposed} for that
   * @param src the shape of x
   * @param weights in row-major order of {@link Convolution#weightsShape}
   * @throws IllegalArgumentException if it is transposed, lengths do not fit, or the matrix would
   *     have more than 2^24 entries
   */
  public static ConvolutionMatrix of(Convolution convolution, Shape src, float[] weights) {
    Geometry geometry = convolution.geometry(src);
    Objects.requireNonNull(weights, "weights");
    if (convolution.isTransposed()) {
      throw new IllegalArgumentException(
          "build the matrix of the convolution and use multiplyTransposed for " + convolution);
    }
    if (weights.length != convolution.weightsShape().elementCount()) {
      throw new IllegalArgumentException(
          "weights %s need %d values but got %d"
              .formatted(
                  convolution.weightsShape(),
                  convolution.weightsShape().elementCount(),
                  weights.length));
    }
    if (convolution.multiplications(src) > MOST_ENTRIES) {
      throw new IllegalArgumentException(
          "the matrix of %s on %s has up to %d entries; the most is %d"
              .formatted(convolution, src, convolution.multiplications(src), MOST_ENTRIES));
    }
    if (src.elementCount() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the matrix of %s on %s has %d columns; the most is %d"
              .formatted(convolution, src, src.elementCount(), Integer.MAX_VALUE));
    }
    return new Builder(convolution, geometry, weights).build();
  }

  /** Returns the number of rows: elements of the result. */
  public int rowCount() {
    return rowStarts.length - 1;
  }

  /** Returns the number of columns: elements of the source. */
  public int columnCount() {
    return (int) src.elementCount();
  }

  /** Returns the number of stored entries. */
  public int entryCount() {
    return columns.length;
  }

  /**
   * Returns one entry; entries that meet the same source element are added.
   *
   * @throws IndexOutOfBoundsException if there is no such row or column
   */
  public double entry(int row, int column) {
    Checks.index(row, rowCount(), "row");
    Checks.index(column, columnCount(), "column");
    double sum = 0;
    for (int i = rowStarts[row]; i < rowStarts[row + 1]; i++) {
      sum += columns[i] == column ? values[i] : 0;
    }
    return sum;
  }

  /**
   * Returns {@code C x}.
   *
   * @throws IllegalArgumentException if {@code x} has another length than {@link #columnCount}
   */
  public double[] multiply(double[] x) {
    requireLength(x, columnCount(), "x", src);
    double[] y = new double[rowCount()];
    for (int row = 0; row < y.length; row++) {
      for (int i = rowStarts[row]; i < rowStarts[row + 1]; i++) {
        y[row] += values[i] * x[columns[i]];
      }
    }
    return y;
  }

  /**
   * Returns {@code C^T y}.
   *
   * @throws IllegalArgumentException if {@code y} has another length than {@link #rowCount}
   */
  public double[] multiplyTransposed(double[] y) {
    requireLength(y, rowCount(), "y", dst);
    double[] x = new double[columnCount()];
    for (int row = 0; row < y.length; row++) {
      for (int i = rowStarts[row]; i < rowStarts[row + 1]; i++) {
        x[columns[i]] += values[i] * y[row];
      }
    }
    return x;
  }

  private static void requireLength(double[] vector, int length, String name, Shape shape) {
    if (vector.length != length) {
      throw new IllegalArgumentException(
          "%s has %d elements but shape %s has %d".formatted(name, vector.length, shape, length));
    }
  }

  /** Walks outputs and taps in row-major order. */
  private static final class Builder {
    private final Convolution convolution;
    private final Geometry geometry;
    private final float[] weights;
    private final int[] columns;
    private final double[] values;
    private int entryCount;

    Builder(Convolution convolution, Geometry geometry, float[] weights) {
      this.convolution = convolution;
      this.geometry = geometry;
      this.weights = weights;
      int most = (int) convolution.multiplications(geometry.src());
      this.columns = new int[most];
      this.values = new double[most];
    }

    ConvolutionMatrix build() {
      Shape dst = geometry.dst();
      int[] rowStarts = new int[(int) dst.elementCount() + 1];
      long[] output = new long[dst.rank()];
      for (int row = 0; row < rowStarts.length - 1; row++) {
        unravel(row, dst, output);
        addRow(output);
        rowStarts[row + 1] = entryCount;
      }
      return new ConvolutionMatrix(
          geometry.src(),
          dst,
          rowStarts,
          Arrays.copyOf(columns, entryCount),
          Arrays.copyOf(values, entryCount));
    }

    private void addRow(long[] output) {
      Shape shape = convolution.weightsShape();
      long inPerGroup = shape.dim(1);
      int taps = (int) (shape.elementCount() / shape.dim(0));
      long group = output[1] / (convolution.outChannels() / convolution.groups());
      long[] tap = new long[shape.rank()];
      Shape window = shape.with(0, 1);
      for (int i = 0; i < taps; i++) {
        unravel(i, window, tap);
        long column = output[0] * convolution.inChannels() + group * inPerGroup + tap[1];
        int flipped = 0;
        boolean inside = true;
        for (int axis = 0; axis < geometry.axes().size(); axis++) {
          Geometry.Axis a = geometry.axes().get(axis);
          long k = tap[axis + 2];
          long position = output[axis + 2] * a.stride() - a.begin() + k * a.dilation();
          long source = PaddingIndex.source(convolution.padding().mode(), position, a.src());
          inside &= source != PaddingIndex.ZERO;
          column = column * a.src() + source;
          flipped =
              (int)
                  (flipped * a.kernel() + (convolution.isKernelFlipped() ? a.kernel() - 1 - k : k));
        }
        if (inside) {
          int kernelSize = (int) (taps / inPerGroup);
          columns[entryCount] = (int) column;
          values[entryCount++] =
              weights[(int) ((output[1] * inPerGroup + tap[1]) * kernelSize + flipped)];
        }
      }
    }

    private static void unravel(long index, Shape shape, long[] position) {
      long rest = index;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        position[axis] = rest % shape.dim(axis);
        rest /= shape.dim(axis);
      }
    }
  }
}

package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A 2D kernel written as a column times a row, {@code k[i][j] = column[i] * row[j]}; it exists
 * where the kernel has rank 1.
 *
 * <p><b>Memory.</b> Copies the arrays that it is given and that it returns. <b>Threads.</b>
 * Immutable. <b>Errors.</b> Numbers that do not fit each other are refused with {@link
 * IllegalArgumentException}.
 *
 * @param column the vertical factor, one number a row of the kernel
 * @param row the horizontal factor, one number a column of the kernel
 */
public record SeparableKernel(float[] column, float[] row) {
  /** How far a product may be from the kernel, as a share of the kernel's largest magnitude. */
  private static final double TOLERANCE = 4 * Math.ulp(1f);

  /** Copies the factors. */
  public SeparableKernel {
    if (column.length == 0 || row.length == 0) {
      throw new IllegalArgumentException(
          "factors need at least one number but have %d and %d"
              .formatted(column.length, row.length));
    }
    column = column.clone();
    row = row.clone();
  }

  /** Returns a copy of the vertical factor. */
  @Override
  public float[] column() {
    return column.clone();
  }

  /** Returns a copy of the horizontal factor. */
  @Override
  public float[] row() {
    return row.clone();
  }

  /**
   * Factors a kernel given in row-major order.
   *
   * @throws IllegalArgumentException if the number of values is wrong, one is not finite, all are
   *     zero, or the kernel has a higher rank than 1; the message gives the entry that does not fit
   */
  public static SeparableKernel factor(float[] kernel, int rowCount, int columnCount) {
    Objects.requireNonNull(kernel, "kernel");
    Checks.positive(rowCount, "rowCount");
    Checks.positive(columnCount, "columnCount");
    if (kernel.length != (long) rowCount * columnCount) {
      throw new IllegalArgumentException(
          "a %d x %d kernel has %d values but got %d"
              .formatted(rowCount, columnCount, (long) rowCount * columnCount, kernel.length));
    }
    int pivot = 0;
    for (int i = 0; i < kernel.length; i++) {
      if (!Float.isFinite(kernel[i])) {
        throw new IllegalArgumentException("kernel value %d is %s".formatted(i, kernel[i]));
      }
      if (Math.abs(kernel[i]) > Math.abs(kernel[pivot])) {
        pivot = i;
      }
    }
    if (kernel[pivot] == 0) {
      throw new IllegalArgumentException("the kernel is all zeros: it has rank 0, not 1");
    }
    float[] column = new float[rowCount];
    float[] row = new float[columnCount];
    int pivotRow = pivot / columnCount;
    int pivotColumn = pivot % columnCount;
    for (int i = 0; i < rowCount; i++) {
      column[i] = kernel[i * columnCount + pivotColumn];
    }
    for (int j = 0; j < columnCount; j++) {
      row[j] = kernel[pivotRow * columnCount + j] / kernel[pivot] + 0f;
    }
    double allowed = TOLERANCE * Math.abs(kernel[pivot]);
    for (int i = 0; i < kernel.length; i++) {
      double product = (double) column[i / columnCount] * row[i % columnCount];
      if (Math.abs(product - kernel[i]) > allowed) {
        throw new IllegalArgumentException(
            "the kernel has a higher rank than 1: entry [%d][%d] is %s but a product would give %s"
                .formatted(i / columnCount, i % columnCount, kernel[i], (float) product));
      }
    }
    return new SeparableKernel(column, row);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SeparableKernel that
        && Arrays.equals(column, that.column)
        && Arrays.equals(row, that.row);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(column) + Arrays.hashCode(row);
  }

  @Override
  public String toString() {
    return Arrays.toString(column) + " x " + Arrays.toString(row);
  }
}

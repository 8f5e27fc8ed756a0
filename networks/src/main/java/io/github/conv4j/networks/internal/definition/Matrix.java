package io.github.conv4j.networks.internal.definition;

import java.util.stream.IntStream;

/**
 * A matrix in an array, row by row.
 *
 * @param start where its first element is
 * @param stride how far rows are apart
 */
record Matrix(double[] values, int start, int stride, int rows, int columns) {
  private static final long WORTH_A_SECOND_THREAD = 1 << 18;

  private int row(int row) {
    return start + row * stride;
  }

  /** Adds a product: {@code dst[m, n] += Σ a[m, k] · b[k, n]}. */
  static void multiply(Matrix a, Matrix b, Matrix dst) {
    IntStream all = IntStream.range(0, dst.rows);
    long work = (long) dst.rows * b.rows * dst.columns;
    (work < WORTH_A_SECOND_THREAD ? all : all.parallel())
        .forEach(row -> multiplyRow(a.values, a.row(row), b, dst.values, dst.row(row)));
  }

  /** Four rows at a time, since each pass reads and writes the result. */
  private static void multiplyRow(double[] a, int aRow, Matrix b, double[] dst, int dstRow) {
    double[] from = b.values;
    int k = 0;
    for (; k + 3 < b.rows; k += 4) {
      double a0 = a[aRow + k];
      double a1 = a[aRow + k + 1];
      double a2 = a[aRow + k + 2];
      double a3 = a[aRow + k + 3];
      int b0 = b.row(k);
      int b1 = b.row(k + 1);
      int b2 = b.row(k + 2);
      int b3 = b.row(k + 3);
      for (int i = 0; i < b.columns; i++) {
        dst[dstRow + i] +=
            a0 * from[b0 + i] + a1 * from[b1 + i] + a2 * from[b2 + i] + a3 * from[b3 + i];
      }
    }
    for (; k < b.rows; k++) {
      double factor = a[aRow + k];
      int bRow = b.row(k);
      for (int i = 0; i < b.columns; i++) {
        dst[dstRow + i] += factor * from[bRow + i];
      }
    }
  }

  /** Adds a product: {@code dst[m, n] += Σ a[m, k] · b[n, k]}. */
  static void multiplyByTransposed(Matrix a, Matrix b, Matrix dst) {
    IntStream all = IntStream.range(0, b.rows);
    long work = (long) a.rows * b.rows * b.columns;
    (work < WORTH_A_SECOND_THREAD ? all : all.parallel())
        .forEach(
            column -> {
              for (int row = 0; row < a.rows; row++) {
                dst.values[dst.row(row) + column] += dot(a, row, b, column);
              }
            });
  }

  private static double dot(Matrix a, int aRow, Matrix b, int bRow) {
    int aStart = a.row(aRow);
    int bStart = b.row(bRow);
    double sum = 0;
    for (int k = 0; k < b.columns; k++) {
      sum += a.values[aStart + k] * b.values[bStart + k];
    }
    return sum;
  }
}

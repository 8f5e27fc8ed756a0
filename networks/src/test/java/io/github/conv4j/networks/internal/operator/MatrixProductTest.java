package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatrixProductTest {
  private static final int[][] SHAPES = {
    {1, 1, 1},
    {1, 37, 5},
    {3, 16, 17},
    {4, 17, 300},
    {5, 64, 8},
    {40, 40, 32},
    {300, 33, 257},
    {7, 2, 70_000}
  };

  @Test
  void productsAreExactOnIntegers() {
    var random = new Random(13);
    for (int[] dims : SHAPES) {
      float[] left = OperatorRun.integers(random, (long) dims[0] * dims[2]);
      float[] right = OperatorRun.integers(random, (long) dims[1] * dims[2]);
      float[] row = OperatorRun.integers(random, dims[1]);
      for (boolean isTransposed : new boolean[] {false, true}) {
        var shape = new MatrixProduct.Shape(dims[0], dims[1], dims[2], isTransposed);
        for (boolean addsRow : new boolean[] {false, true}) {
          float alpha = addsRow ? 2 : 1;
          double[] expected = new double[dims[0] * dims[1]];
          add(shape, left, 0, right, 0, alpha, expected, 0);
          for (int i = 0; i < expected.length; i++) {
            expected[i] += addsRow ? -3 * row[i % dims[1]] : 0;
          }
          float[][] operands = addsRow ? new float[][] {right, row} : new float[][] {right};
          for (Loops loops : OperatorRun.loops()) {
            Primitive primitive =
                OperatorRun.make(
                    loops,
                    () -> new MatrixProduct(shape, MatrixProduct.Batch.ONE, alpha, -3, addsRow, 2));
            float[] dst = OperatorRun.floats(primitive, expected.length, left, operands);
            OperatorRun.near(dst, expected, 0, shape.toString());
          }
        }
      }
    }
  }

  private static void add(
      MatrixProduct.Shape shape,
      float[] left,
      int leftAt,
      float[] right,
      int rightAt,
      float alpha,
      double[] dst,
      int at) {
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < shape.columns(); j++) {
        double sum = 0;
        for (int k = 0; k < shape.depth(); k++) {
          int r = shape.isTransposed() ? j * shape.depth() + k : k * shape.columns() + j;
          sum += (double) left[leftAt + i * shape.depth() + k] * right[rightAt + r];
        }
        dst[at + i * shape.columns() + j] += alpha * sum;
      }
    }
  }

  @Test
  void batchesRepeatWhatHasNoStride() {
    var random = new Random(14);
    var shape = new MatrixProduct.Shape(9, 20, 6, false);
    var batch =
        new MatrixProduct.Batch(new long[] {2, 3}, new long[] {162, 54}, new long[] {120, 0});
    float[] left = OperatorRun.integers(random, 6 * 54);
    float[] right = OperatorRun.integers(random, 2 * 120);
    double[] expected = new double[6 * 180];
    for (int i = 0; i < 6; i++) {
      add(shape, left, i * 54, right, i / 3 * 120, 1, expected, i * 180);
    }
    for (Loops loops : OperatorRun.loops()) {
      Primitive primitive =
          OperatorRun.make(loops, () -> new MatrixProduct(shape, batch, 1, 0, false, 2));
      OperatorRun.near(
          OperatorRun.floats(primitive, expected.length, left, right), expected, 0, "batch");
    }
  }

  @Test
  void whatIsLargeIsShared() {
    assertThat(new MatrixProduct(512, 512, 512, false, 2).partCount()).isEqualTo(8);
    assertThat(new MatrixProduct(8, 8, 8, false, 2).partCount()).isEqualTo(1);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new MatrixProduct(0, 1, 1, false, 1)).hasMessageContaining("rows");
    assertThatThrownBy(() -> new MatrixProduct.Batch(new long[1], new long[0], new long[1]))
        .hasMessageContainingAll("leftStrides", "dims");
  }
}
